// Which process did something to a study, and whether it is still there.
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';

/** Tells this process from a former one that had the same number. */
const NONCE = randomBytes(6).toString('hex');

/** `host:pid:nonce` of this process. */
export const THIS_PROCESS = `${hostname().replaceAll(':', '-')}:${process.pid}:${NONCE}`;

/** A process on another machine (a study on a share) counts as alive: only its lease's end frees the read. */
export function processIsAlive(name: string): boolean {
  const [host, pid, nonce] = name.split(':');
  const [ownHost, ownPid, ownNonce] = THIS_PROCESS.split(':');
  if (host !== ownHost) return true;
  if (pid === ownPid) return nonce === ownNonce;
  try {
    process.kill(Number(pid), 0); // signal 0 only asks
    return true;
  } catch (cause) {
    return cause instanceof Error && 'code' in cause && cause.code === 'EPERM';
  }
}
