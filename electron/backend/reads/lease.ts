// Who holds a read for editing: one window at a time, and never a process that is dead.
import { randomBytes } from 'node:crypto';
import { Problem } from '../../contract/problem.ts';
import { processIsAlive, THIS_PROCESS } from '../process.ts';

/** A lease that is not renewed (heartbeat or stroke) is free after this long. */
export const LEASE_MS = 15_000;

export interface LeaseColumns {
  lease_token: string | null;
  lease_expires_at: string | null;
  lease_process: string | null;
}

export function newLease(now: number): { [K in keyof LeaseColumns]: string } {
  return {
    lease_token: randomBytes(18).toString('base64url'),
    lease_expires_at: new Date(now + LEASE_MS).toISOString(),
    lease_process: THIS_PROCESS,
  };
}

/** True while another window may still be drawing under this lease. */
export function leaseIsLive(row: LeaseColumns, now: number): boolean {
  if (!row.lease_token || !row.lease_expires_at) return false;
  if (Date.parse(row.lease_expires_at) <= now) return false;
  return processIsAlive(row.lease_process ?? '');
}

/**
 * Passes when `token` is the read's lease. One that ran out but that nobody took since still counts: a laptop that
 * slept goes on. Throws Problem `lease-lost`.
 */
export function requireLease(row: LeaseColumns, token: string | null): void {
  if (token && row.lease_token === token) return;
  throw new Problem(
    'lease-lost',
    'This window no longer holds the read: it was opened in another window, or closed. Nothing was stored from this window; open the read again to go on.',
    { status: 409 },
  );
}

export function openElsewhere(row: LeaseColumns, now: number): Problem {
  const seconds = Math.max(1, Math.ceil((Date.parse(row.lease_expires_at ?? '') - now) / 1000));
  return new Problem(
    'read-open-elsewhere',
    `This read is open in another window. Close it there, or try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'} if that window is gone.`,
    { status: 409 },
  );
}
