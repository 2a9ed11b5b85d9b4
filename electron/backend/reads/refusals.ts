// What reads say when they refuse, in one place, so that the same refusal always reads the same.
import { Problem } from '../../contract/problem.ts';

export function notFound(): Problem {
  return new Problem('read-not-found', 'There is no such read for you in this study.', { status: 404 });
}

export function sealedAlready(): Problem {
  return new Problem(
    'read-sealed',
    'This read is sealed and takes no more changes. A coordinator can reopen it with a reason.',
    { status: 409 },
  );
}

export function blinded(): Problem {
  return new Problem(
    'read-blinded',
    'This read is sealed, and you will read the case again: until you have, its mask stays out of sight.',
    { status: 409 },
  );
}

export function firstDraftMissing(): Problem {
  return new Problem(
    'first-draft-missing',
    'This read asks for your own first draft before it is sealed. Keep what you drew as the first draft, then seal.',
    { status: 409 },
  );
}

export function consensusSealed(): Problem {
  return new Problem('consensus-sealed', 'This consensus is sealed and stays as it is. Start another one.', {
    status: 409,
  });
}
