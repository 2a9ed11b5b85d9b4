// Words for the study's states and arms, the same on every screen.
import type { Arm } from '../../electron/contract/study.ts';

const ARMS: Record<Arm, string> = {
  assisted: 'AI-assisted',
  unassisted: 'Unassisted',
  'after-draft': 'AI after first draft',
};

export function armWords(arm: Arm): string {
  return ARMS[arm];
}
