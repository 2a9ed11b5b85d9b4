// An audit event in words: the trail keeps `thing.done` and ids, people read sentences and names.
import type { AuditEvent } from '../../electron/contract/audit.ts';

const ACTIONS: Record<string, string> = {
  'agreement.computed': 'Agreement computed',
  'auditor.added': 'Auditor added',
  'bundle.made': 'Bundle handed out',
  'bundle.merged': 'Bundle merged',
  'case.imported': 'Case imported',
  'case.volume-linked': 'Volume linked to a case',
  'case.volume-unlinked': 'Linked volume taken from a case',
  'case.qualification': 'Case made a qualification case',
  'consensus.sealed': 'Consensus sealed',
  'consensus.started': 'Consensus started',
  'consensus.taken': 'Consensus: mask taken over',
  'consensus.taken-back': 'Consensus: step taken back',
  'person.held-off': 'Sign-in held off',
  'bundle.taken-back': 'Bundle taken back',
  'instructions.changed': 'Instructions changed',
  'instructions.picture-added': 'Example picture added',
  'instructions.picture-removed': 'Example picture removed',
  'person.unlocked': 'Account unlocked',
  'person.passphrase-changed': 'Passphrase changed',
  'person.signed-in': 'Signed in',
  'read.first-draft': 'First draft kept',
  'read.imported': 'Mask imported as a read',
  'read.merged': 'Read merged from a bundle',
  'read.opened': 'Read opened',
  'read.proposal': 'AI mask added',
  'read.qualified': 'Qualification judged',
  'read.reopened': 'Read reopened',
  'read.sealed': 'Read sealed',
  'reader.added': 'Reader added',
  'round.added': 'Round added',
  'structure.added': 'Structure added',
  'structure.changed': 'Structure changed',
  'structures.ordered': 'Structures ordered',
  'read.tried-again': 'Qualification tried again',
  'study.idle-lock-changed': 'Idle lock changed',
  'study.qualification': 'Qualification set',
  'study.created': 'Study created',
};

export function actionWords(action: string): string {
  return ACTIONS[action] ?? action.replaceAll(/[.-]/g, ' ');
}

/** Words for a detail's key, such as "active seconds". */
function keyWords(key: string): string {
  return key
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replace(/ ?\bid$/, '')
    .trim();
}

/** A line of what the event holds, with names where they are known. */
export function detailText({ details, names }: Pick<AuditEvent, 'details' | 'names'>): string {
  return Object.entries(details)
    .map(([key, value]) => `${keyWords(key)}: ${valueText(value, names)}`)
    .join(', ');
}

function valueText(value: unknown, names: Record<string, string>): string {
  if (typeof value === 'string') return names[value] ?? value;
  if (typeof value === 'object' && value !== null) return JSON.stringify(value);
  return String(value);
}
