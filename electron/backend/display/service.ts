// A person's own display, kept in the study: structures' looks and hangings, and the view of each of their reads.
import { DisplaySchema, ReadViewSchema, type Display, type ReadView } from '../../contract/display.ts';
import type { Person } from '../../contract/study.ts';
import type { OpenStudy } from '../context.ts';
import type { ReadService } from '../reads/service.ts';

export interface DisplayService {
  /** What was kept, or the defaults where nothing was. */
  display(study: OpenStudy, person: Person): Promise<Display>;
  keep(study: OpenStudy, person: Person, display: Display): Promise<void>;
  /** Null where the read was never looked at. Throws Problem `read-not-found` for what is not theirs to see. */
  readView(study: OpenStudy, readId: string, person: Person): Promise<ReadView | null>;
  keepReadView(study: OpenStudy, readId: string, person: Person, view: ReadView): Promise<void>;
}

/** Not of one read. */
const WHOLE_STUDY = '';

export function createDisplayService(needs: { reads: Pick<ReadService, 'viewable'> }): DisplayService {
  async function kept(study: OpenStudy, person: Person, scope: string): Promise<unknown> {
    const row = await study.database.read
      .selectFrom('display')
      .select('value')
      .where('reader_id', '=', person.id)
      .where('scope', '=', scope)
      .executeTakeFirst();
    return row ? (JSON.parse(row.value) as unknown) : null;
  }
  async function keep(study: OpenStudy, person: Person, scope: string, value: unknown): Promise<void> {
    const row = { value: JSON.stringify(value), at: new Date(study.now()).toISOString() };
    await study.database.write((tx) =>
      tx
        .insertInto('display')
        .values({ reader_id: person.id, scope, ...row })
        .onConflict((conflict) => conflict.columns(['reader_id', 'scope']).doUpdateSet(row))
        .execute(),
    );
  }
  return {
    async display(study, person) {
      // What a later Concord kept and this one does not know is no reason to stop: the defaults then.
      const parsed = DisplaySchema.safeParse((await kept(study, person, WHOLE_STUDY)) ?? {});
      return parsed.success ? parsed.data : DisplaySchema.parse({});
    },
    keep: (study, person, display) => keep(study, person, WHOLE_STUDY, display),
    async readView(study, readId, person) {
      await needs.reads.viewable(study, readId, person);
      const parsed = ReadViewSchema.safeParse(await kept(study, person, readId));
      return parsed.success ? parsed.data : null;
    },
    async keepReadView(study, readId, person, view) {
      await needs.reads.viewable(study, readId, person);
      await keep(study, person, readId, view);
    },
  };
}
