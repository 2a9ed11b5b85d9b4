// Time on task by structure, out of the journal of strokes.
import type { Activity } from '../../contract/activity.ts';
import type { Readable } from '../../database/open.ts';

/** Whoever does nothing for longer is not at it. */
const IDLE_SECONDS = 60;

interface Step {
  kind: 'edit' | 'undo' | 'redo';
  label: number;
  at: string;
}

/** Each step's time is what went by since the step before (since opening, for the first), cut at a minute. */
export function timeByLabel(
  openedAt: string,
  steps: readonly Step[],
): Map<number, { seconds: number; strokes: number; undone: number }> {
  const byLabel = new Map<number, { seconds: number; strokes: number; undone: number }>();
  let before = Date.parse(openedAt);
  for (const { kind, label, at } of steps) {
    const time = Date.parse(at);
    const gap = Math.min(IDLE_SECONDS, Math.max(0, (time - before) / 1000));
    before = time;
    const sum = byLabel.get(label) ?? { seconds: 0, strokes: 0, undone: 0 };
    sum.seconds += gap;
    if (kind === 'edit') sum.strokes++;
    if (kind === 'undo') sum.undone++;
    byLabel.set(label, sum);
  }
  return byLabel;
}

export async function activityOf(
  db: Readable,
  read: { id: string; openedAt: string; activeSeconds: number },
): Promise<Activity> {
  const steps = await db
    .selectFrom('mask_patch')
    .select(['kind', 'label', 'at'])
    .where('read_id', '=', read.id)
    .orderBy('seq')
    .execute();
  const names = await db.selectFrom('structure').select(['label', 'name']).orderBy('position').execute();
  const byLabel = timeByLabel(read.openedAt, steps);
  const order = [...names.map(({ label }) => label), 0].filter((label) => byLabel.has(label));
  const structures = order.map((label) => ({
    label,
    name: names.find((one) => one.label === label)?.name ?? 'AI mask or none',
    ...byLabel.get(label)!, // filtered above
  }));
  const journalSeconds = [...byLabel.values()].reduce((sum, { seconds }) => sum + seconds, 0);
  return { activeSeconds: read.activeSeconds, journalSeconds, structures };
}
