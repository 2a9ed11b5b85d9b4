// Every route of the app has an access rule, and answers by it: to nobody, to a reader, to the coordinator.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCESS_RULES } from '../../electron/backend/http/access-rules.ts';
import { studyOverFetch, type Answer, type StudyOverFetch } from '../fixtures/study-over-fetch.ts';

let study: StudyOverFetch;
let elsewhere: StudyOverFetch;

beforeAll(async () => {
  study = await studyOverFetch({ cases: 1, readers: ['Ada'], auditors: ['Otto'] });
  elsewhere = await studyOverFetch({ cases: 1, readers: ['Eve'] });
});
afterAll(async () => {
  await study?.close();
  await elsewhere?.close();
});

const rulesOf = (rule: string) => Object.keys(ACCESS_RULES).filter((route) => ACCESS_RULES[route] === rule);

/** Asks a route with ids that do not exist and a body that means nothing: only access decides before those matter. */
async function ask(route: string, token: string | null): Promise<Answer> {
  const [method, pattern] = route.split(' ');
  const path = pattern
    .replace(':study', study.base.split('/').at(-1)!)
    .replace('/patches/:seq', '/patches/1')
    .replaceAll(/:[a-z]+/g, '00000000-0000-4000-8000-000000000000');
  const answer = await study.call(method, path, { token, ...(method === 'POST' ? { json: {} } : {}) });
  await answer.response.body?.cancel(); // the event stream would never end
  return answer;
}

describe('access', () => {
  it('every route has a rule, and no rule is without a route', () => {
    const routes = new Set(study.backend.routes.map(({ method, path }) => `${method} ${path}`));
    expect(routes.size).toBeGreaterThan(30);
    expect([...routes].toSorted()).toEqual(Object.keys(ACCESS_RULES).toSorted());
  });

  it.each([...rulesOf('reader'), ...rulesOf('overseer'), ...rulesOf('coordinator')])(
    '%s: not signed in is 401',
    async (route) => {
      for (const token of [null, 'made-up', elsewhere.coordinator]) {
        expect(await ask(route, token)).toMatchObject({ status: 401, code: 'sign-in-needed' });
      }
    },
  );

  async function expectToPass(route: string, token: string) {
    const { status, code } = await ask(route, token);
    expect([401, 403], `${status} ${code}`).not.toContain(status);
    expect(status).toBeLessThan(500);
  }

  it.each(rulesOf('coordinator'))(
    '%s: reader and auditor are refused, the coordinator not',
    async (route) => {
      for (const token of [study.readers[0].token, study.auditors[0].token]) {
        expect(await ask(route, token)).toMatchObject({ status: 403, code: 'coordinator-only' });
      }
      await expectToPass(route, study.coordinator);
    },
  );

  it.each(rulesOf('overseer'))('%s: a reader is refused, coordinator and auditor are not', async (route) => {
    expect(await ask(route, study.readers[0].token)).toMatchObject({ status: 403, code: 'overseer-only' });
    await expectToPass(route, study.coordinator);
    await expectToPass(route, study.auditors[0].token);
  });

  it.each(rulesOf('reader').filter((route) => !route.endsWith('/sign-out')))(
    '%s: any signed-in person passes, to what is theirs',
    async (route) => {
      for (const { token } of [...study.readers, ...study.auditors]) {
        const { status, code } = await ask(route, token);
        expect(['sign-in-needed', 'coordinator-only', 'overseer-only'], `${status} ${code}`).not.toContain(
          code,
        );
        expect(status).toBeLessThan(500);
        if (route.includes(':read') || route.includes(':job')) expect([400, 404, 422]).toContain(status);
      }
    },
  );

  it('signing out ends a token at once', async () => {
    const [eve] = elsewhere.readers;
    const before = await elsewhere.call('GET', `${elsewhere.base}/worklist`, { token: eve.token });
    expect(before.status).toBe(200);
    expect(
      (await elsewhere.call('POST', `${elsewhere.base}/sign-out`, { token: eve.token, json: {} })).status,
    ).toBe(204);
    const after = await elsewhere.call('GET', `${elsewhere.base}/worklist`, { token: eve.token });
    expect(after).toMatchObject({ status: 401, code: 'sign-in-needed' });
  });

  it.each(rulesOf('any').filter((route) => !route.endsWith('/demo')))(
    '%s: needs no sign-in',
    async (route) => {
      const { status, code } = await ask(route, null);
      expect(['sign-in-needed', 'coordinator-only'], `${status} ${code}`).not.toContain(code);
      expect(status).toBeLessThan(500);
    },
  );

  it('says 404 of anything else', async () => {
    for (const path of ['/api/nothing', `${study.base}/nothing`, '/api/studies/unknown/worklist']) {
      expect((await study.call('GET', path, { token: study.coordinator })).status).toBe(404);
    }
  });
});
