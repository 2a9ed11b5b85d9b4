// Words for the study's states and arms, the same on every screen.
import type { Role } from '../../electron/contract/identity.ts';
import type { Arm } from '../../electron/contract/study.ts';

const ARMS: Record<Arm, string> = {
  assisted: 'AI-assisted',
  unassisted: 'Unassisted',
  'after-draft': 'AI after first draft',
};

export function armWords(arm: Arm): string {
  return ARMS[arm];
}

const ROLES: Record<Role, string> = { coordinator: 'Coordinator', reader: 'Reader', auditor: 'Auditor' };

export function roleWords(role: Role): string {
  return ROLES[role];
}

/** What the idle lock did, as the sign-in says it. */
export function idleWords(minutes: number): string {
  const time = minutes === 1 ? 'a minute' : `${minutes} minutes`;
  return `You were signed out after ${time} in which nothing was done here.`;
}
