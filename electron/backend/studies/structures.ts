// How a study's structures change after it was made: the coordinator adds, renames, recolours and orders them.
import type { Person, Structure } from '../../contract/study.ts';
import { Problem } from '../../contract/problem.ts';
import { appendAudit } from '../../database/audit.ts';
import type { OpenStudy } from '../context.ts';
import { newId } from '../identity.ts';
import { structures } from './store.ts';

/**
 * Adds a structure at the end. Not once a read is sealed: who sealed could not draw it, and agreement would compare
 * that with readers who could. Throws Problem `structures-fixed`, `structure-name-taken`, `label-taken`, `no-label-free`.
 */
export async function addStructure(
  study: OpenStudy,
  wish: { label?: number; name: string; colour: string },
  by: Person,
): Promise<Structure> {
  return study.database.write(async (tx) => {
    const sealed = await tx.selectFrom('read').select('id').where('state', '<>', 'draft').executeTakeFirst();
    if (sealed) {
      throw new Problem(
        'structures-fixed',
        'Reads of this study are sealed already, and their readers could not draw another structure. Nothing was changed; make a new study for a larger protocol.',
        { status: 409 },
      );
    }
    const present = await structures(tx);
    refuseName(present, wish.name, null);
    const label = wish.label ?? lowestFree(present);
    const holder = present.find((structure) => structure.label === label);
    if (holder) {
      throw new Problem('label-taken', `Label ${label} belongs to ${holder.name}. Choose another label.`, {
        status: 409,
      });
    }
    const added: Structure = { id: newId(), label, name: wish.name, colour: wish.colour.toLowerCase() };
    await tx
      .insertInto('structure')
      .values({ ...added, position: present.length })
      .execute();
    const { id, ...details } = added;
    await appendAudit(tx, { actor: by.name, action: 'structure.added', subject: id, details }, timeOf(study));
    return added;
  });
}

/** Renames or recolours; the label stays for ever, since masks hold it. Throws Problem `structure-not-found`, `structure-name-taken`. */
export async function changeStructure(
  study: OpenStudy,
  id: string,
  change: { name?: string; colour?: string },
  by: Person,
): Promise<Structure> {
  return study.database.write(async (tx) => {
    const present = await structures(tx);
    const before = present.find((structure) => structure.id === id);
    if (!before) {
      throw new Problem('structure-not-found', 'There is no such structure in this study.', { status: 404 });
    }
    const name = change.name ?? before.name;
    const colour = (change.colour ?? before.colour).toLowerCase();
    refuseName(present, name, id);
    if (name === before.name && colour === before.colour) return before;
    await tx.updateTable('structure').set({ name, colour }).where('id', '=', id).execute();
    const details = {
      label: before.label,
      from: { name: before.name, colour: before.colour },
      to: { name, colour },
    };
    await appendAudit(
      tx,
      { actor: by.name, action: 'structure.changed', subject: id, details },
      timeOf(study),
    );
    return { ...before, name, colour };
  });
}

/** Puts all structures into the given order. Throws Problem `structures-differ` when the list is not of exactly these. */
export async function orderStructures(
  study: OpenStudy,
  ids: readonly string[],
  by: Person,
): Promise<Structure[]> {
  return study.database.write(async (tx) => {
    const present = await structures(tx);
    const known = new Set(present.map(({ id }) => id));
    if (
      ids.length !== present.length ||
      new Set(ids).size !== ids.length ||
      ids.some((id) => !known.has(id))
    ) {
      throw new Problem(
        'structures-differ',
        'The order does not name every structure of this study once. Nothing was changed; reload the page.',
        { status: 409 },
      );
    }
    for (const [position, id] of ids.entries()) {
      await tx.updateTable('structure').set({ position }).where('id', '=', id).execute();
    }
    const ordered = await structures(tx);
    const details = { labels: ordered.map(({ label }) => label) };
    await appendAudit(
      tx,
      { actor: by.name, action: 'structures.ordered', subject: study.id, details },
      timeOf(study),
    );
    return ordered;
  });
}

function refuseName(present: readonly Structure[], name: string, except: string | null): void {
  const twin = present.find((one) => one.id !== except && one.name.toLowerCase() === name.toLowerCase());
  if (!twin) return;
  throw new Problem(
    'structure-name-taken',
    `There is a structure called ${twin.name} already. Choose another name.`,
    { status: 409 },
  );
}

function lowestFree(present: readonly Structure[]): number {
  const taken = new Set(present.map(({ label }) => label));
  for (let label = 1; label <= 255; label++) if (!taken.has(label)) return label;
  throw new Problem('no-label-free', 'This study has 255 structures, which is the most a mask can hold.', {
    status: 409,
  });
}

function timeOf(study: OpenStudy): string {
  return new Date(study.now()).toISOString();
}
