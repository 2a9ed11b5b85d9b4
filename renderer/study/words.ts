// Words for the study's states and arms, the same on every screen.
import type { Arm } from '../../electron/contract/study.ts';

export function armWords(arm: Arm): string {
  return arm === 'assisted' ? 'AI-assisted' : 'Unassisted';
}
