// What a person can do about a refusal, for those sentences that say only what is wrong. One table, by code.

/** What is to be done, as it begins a sentence or follows a colon, a semicolon, an “or”, an “and”. */
const DO = [
  'add', 'answer', 'ask', 'check', 'choose', 'close', 'compute', 'confirm', 'copy', 'correct', 'do', 'draw', 'export',
  'fetch', 'free', 'get', 'give', 'go on', 'go to', 'import', 'keep', 'leave', 'look', 'make', 'mend', 'merge', 'name', 'open',
  'pick', 'put', 'reload', 'remove', 'rename', 'reopen', 'resample', 'restart', 'restore', 'run', 'save', 'seal', 'set',
  'sign in', 'split', 'start', 'store', 'take', 'tell', 'try', 'type', 'undo', 'update', 'use', 'wait', 'write',
]; // prettier-ignore
const INSTRUCTION = new RegExp(
  `(?:^|[.;:,…] |\\bor |\\band |\\bthen )(?:first )?(?:${DO.join('|')})\\b`,
  'i',
);
/** Somebody else has to, or it comes by itself, or nothing is to be done: that is said, too. */
const NOTHING_TO_DO =
  /opens? (here )?again|a coordinator (can|should)|only the coordinator|must be answered|needs? (no other|two|at least|to )|is stored already|stays|out of sight|may have|must |no longer wanted|begins with|not open yet/i;

/** Whether a refusal's sentence tells a person how to go on. */
export function tellsWhatToDo(sentence: string): boolean {
  return INSTRUCTION.test(sentence) || NOTHING_TO_DO.test(sentence);
}

const RELOAD = 'Reload the page to see what there is now.';
const OTHER_FILE = 'Check the file, or choose another.';
const OTHER_PLACE = 'Choose another place, or mend its permissions.';
const OTHER_COPY = 'Get the file again from where it came.';
const SEE_HELP = 'Run the command with --help to see what it takes.';

/** Appended where the sentence itself does not tell. */
export const ADVICE: Readonly<Record<string, string>> = {
  'agreement-not-computed': 'Compute it on the Agreement page.',
  'ai-not-allowed': 'Draw the mask by hand.',
  'archive-damaged': OTHER_COPY,
  'archive-unsafe': 'Ask where the file came from, and get it again.',
  'assignment-not-found': 'Go on with what is on the worklist.',
  'box-outside': 'Draw the box inside the picture.',
  'bundle-key-wrong': 'Type it again as you were told, or ask the coordinator which key opens it.',
  'bundle-other-kind': 'Choose the other file.',
  'bundle-signature-wrong': 'Ask the reader to save what is sealed again.',
  'bundle-trail-broken': 'Ask the reader to save it again from the copy that was handed out.',
  'bundle-unknown': 'Open the study that handed it out, and merge it there.',
  cancelled: 'Start again when it suits.',
  'case-not-found': RELOAD,
  'channels-wrong': 'Give one volume for each, in that order.',
  'checkpoint-differs': 'Use the checkpoint that belongs to these plans.',
  'checkpoint-not-found': 'Choose the folder that holds plans and folds.',
  'checkpoint-plans-wrong': 'Get the model’s folder again from where it was trained.',
  'checkpoint-unsafe': 'Ask where the file came from.',
  'checkpoint-unsupported': 'Use a model of a kind that Concord imports.',
  'clock-set-back': 'Set the clock of this computer, and open the read again.',
  'consensus-not-found': RELOAD,
  'dicom-series-unknown': 'Choose one of the series that are there.',
  'disk-failed': 'Check the disk, and keep a copy of the study.',
  'disk-full': 'Free some space and try again.',
  'file-is-folder': 'Choose a file in it.',
  'file-not-found': 'Check the path.',
  'file-not-readable': 'Mend its permissions, or choose another file.',
  'file-not-writable': OTHER_PLACE,
  'file-unfit': OTHER_FILE,
  'first-draft-not-asked': 'Go on drawing; seal it when it is done.',
  'inference-failed': 'Try another provider, or ask whoever made the model.',
  'invalid-request': 'Correct it and try again.',
  'job-not-found': RELOAD,
  'label-unknown': 'Choose which of the study’s structures is meant.',
  'linked-already': 'Open it in the case.',
  'manifest-wrong': 'Correct the manifest and try again.',
  'mask-bytes-damaged': 'Check that the mask belongs to this case.',
  'mask-damaged': 'Restore the study from a copy.',
  'mask-grid-differs': 'Resample one onto the grid of the other first.',
  'mask-options-missing': SEE_HELP,
  'modality-differs': 'Confirm it, or choose another model.',
  'model-not-found': 'Choose the folder of a model, or import it again.',
  'model-present': 'Use the one that is there, or choose another folder.',
  'no-label-free': 'Make another study for more structures.',
  'no-such-route': 'Go to the start page.',
  'not-a-bundle': 'Give back from the copy that came in a bundle.',
  'not-handed-out': RELOAD,
  'not-qualified': 'Wait until the qualification is passed, or take the pass mark away.',
  'nothing-to-hand-out': 'Import cases or add a round first.',
  'nothing-to-take': 'Go on to the next region.',
  'nothing-to-take-back': 'Go on to the next region.',
  'option-not-valid': SEE_HELP,
  'passphrase-missing': 'Choose a longer one.',
  'patch-does-not-fit': 'Reload the read to go on from what is stored.',
  'patch-empty': 'Go on drawing.',
  'protocol-unreadable': 'Correct the file and try again.',
  'protocol-wrong': 'Correct it and try again; protocol.schema.json says what may stand there.',
  'provider-not-available': 'Choose another provider.',
  'ratings-empty': 'Add a line for each subject.',
  'ratings-names': 'Correct the table and try again.',
  'ratings-not-counts': 'Correct the table, or leave --counts away.',
  'ratings-text': 'Correct the table, or choose another --scale.',
  'ratings-unknown-level': 'Add it to --levels, or correct the table.',
  'read-exists': 'Choose another reader, case or round.',
  'read-not-found': RELOAD,
  'read-not-sealed': 'Seal it first, or choose sealed reads.',
  'read-sealed': 'Ask the coordinator to reopen it, with a reason.',
  'reader-not-found': 'Choose one of them.',
  'reader-unknown': 'Choose one of them.',
  'reads-not-together': 'Choose sealed reads of one case.',
  'reference-empty': 'Choose a mask that holds the structures.',
  'region-unknown': 'Choose one of those in the list.',
  'revision-not-found': RELOAD,
  'slices-outside': 'Ask for slices that are in the volume.',
  'source-unknown': RELOAD,
  'step-not-found': 'Reload the read.',
  'structure-not-found': RELOAD,
  'study-exists': 'Choose another name.',
  'study-name-wrong': 'Choose a name that ends so.',
  'study-read-only': OTHER_PLACE,
  'table-empty': OTHER_FILE,
  'table-quote-open': 'Close it, and try again.',
  'too-many-masks': 'Choose fewer.',
  'volume-not-found': RELOAD,
  'volume-present': 'Go on with the case that is there.',
};

/** The sentence with what to do, where it did not say so itself. */
export function advised(code: string, sentence: string): string {
  const advice = ADVICE[code];
  if (advice === undefined || tellsWhatToDo(sentence)) return sentence;
  return /[.?!…]$/.test(sentence) ? `${sentence} ${advice}` : `${sentence}. ${advice}`;
}
