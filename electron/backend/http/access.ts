// Who asks, and whether they may: sign-in tokens in memory, one rule a route.
import { createMiddleware } from 'hono/factory';
import { randomBytes } from 'node:crypto';
import type { Person } from '../../contract/study.ts';
import { Problem } from '../../contract/problem.ts';
import type { StudyEnv } from '../context.ts';

interface SignIn {
  studyId: string;
  person: Person;
  lastUsed: number;
  /** The idle lock that ended it; it is kept for its page to ask why. Null while it holds. */
  idledOutMs: number | null;
}

/** Tokens live as long as the process and as somebody is at it: restarting Concord signs everyone out. */
export class SignIns {
  private readonly people = new Map<string, SignIn>();
  private readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  start(studyId: string, person: Person): string {
    const token = randomBytes(24).toString('base64url');
    this.people.set(token, { studyId, person, lastUsed: this.now(), idledOutMs: null });
    return token;
  }
  /** Who a token belongs to, unless it lay idle for longer than `idleMs`. */
  find(studyId: string, token: string | null, touch: boolean, idleMs: number): Person | null {
    const entry = this.entryOf(studyId, token);
    if (!entry || entry.idledOutMs !== null) return null;
    if (this.now() - entry.lastUsed > idleMs) {
      entry.idledOutMs = idleMs;
      return null;
    }
    if (touch) entry.lastUsed = this.now();
    return entry.person;
  }
  /** After how long the idle lock ended a sign-in; null where it holds, or ended in another way. */
  idledOutMs(studyId: string, token: string | null): number | null {
    return this.entryOf(studyId, token)?.idledOutMs ?? null;
  }
  touch(token: string | null): void {
    const entry = token ? this.people.get(token) : undefined;
    if (entry) entry.lastUsed = this.now();
  }
  end(token: string): void {
    this.people.delete(token);
  }
  endAllOf(personId: string): void {
    for (const [token, { person }] of this.people) if (person.id === personId) this.people.delete(token);
  }
  private entryOf(studyId: string, token: string | null): SignIn | null {
    const entry = token ? this.people.get(token) : undefined;
    return entry?.studyId === studyId ? entry : null;
  }
}

/** True for requests that a page sends by itself, whether or not anybody is there. */
export function isByItself(method: string, path: string): boolean {
  return (
    /\/(heartbeat|release|events)$/.test(path) || (method === 'GET' && /\/(jobs|worklist|board)$/.test(path))
  );
}

/** The bearer token of a request, or null. */
export function bearerToken(header: string | undefined): string | null {
  return header?.startsWith('Bearer ') ? header.slice(7) : null;
}

/** Lets a signed-in person through, whatever their role. */
export const signedIn = createMiddleware<StudyEnv>(async (context, next) => {
  if (!context.var.person)
    throw new Problem('sign-in-needed', 'Sign in to this study first.', { status: 401 });
  await next();
});

/** Lets coordinators through. Readers are told that it exists but is not theirs. */
export const coordinatorOnly = createMiddleware<StudyEnv>(async (context, next) => {
  const { person } = context.var;
  if (!person) throw new Problem('sign-in-needed', 'Sign in to this study first.', { status: 401 });
  if (person.role !== 'coordinator') {
    throw new Problem('coordinator-only', 'Only the coordinator of this study may do this.', { status: 403 });
  }
  await next();
});

/** Lets coordinators and auditors through. */
export const overseerOnly = createMiddleware<StudyEnv>(async (context, next) => {
  const { role } = who(context);
  if (role === 'reader') {
    throw new Problem('overseer-only', 'Only the coordinator and auditors of this study may see this.', {
      status: 403,
    });
  }
  await next();
});

/** The person who asks, for routes behind one of these. */
export function who(context: { var: { person: Person | null } }): Person {
  if (!context.var.person)
    throw new Problem('sign-in-needed', 'Sign in to this study first.', { status: 401 });
  return context.var.person;
}
