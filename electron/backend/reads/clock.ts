// The clock of a washout: the audit chain's latest time is the least that it can be now.
import { Problem } from '../../contract/problem.ts';
import { latestAuditTime } from '../../database/audit.ts';
import type { Readable } from '../../database/open.ts';

/** Clocks of two machines, or one that was just set by the network, differ by less. */
const TOLERANCE_MS = 10 * 60_000;

/**
 * Passes unless the clock stands before what happened already. Without it no washout can be judged: a seal would
 * carry a past date. Throws Problem `clock-set-back`.
 */
export async function requireClock(db: Readable, now: number): Promise<void> {
  const latest = await latestAuditTime(db);
  if (latest === null || Date.parse(latest) <= now + TOLERANCE_MS) return;
  throw new Problem(
    'clock-set-back',
    `The clock of this computer says ${words(now)}, but the last event of this study was at ${words(Date.parse(latest))} (UTC). No read is opened until the clock is right; nothing was changed.`,
    { status: 409 },
  );
}

function words(time: number): string {
  return new Date(time).toISOString().slice(0, 16).replace('T', ' ');
}
