// The page's addresses: what stands behind the # and back.
export type StudyPage =
  | 'sign-in'
  | 'worklist'
  | 'cases'
  | 'board'
  | 'protocol'
  | 'adjudication'
  | 'agreement'
  | 'drift'
  | 'bundles'
  | 'models'
  | 'audit'
  | 'settings';

export type Route =
  | { page: 'start' }
  | { page: 'new' }
  /** The demo study, made first where it is missing. */
  | { page: 'demo' }
  | { page: 'settings'; study: null }
  | { page: 'models'; study: null }
  | { page: StudyPage; study: string }
  | { page: 'reading'; study: string; assignment: string }
  /** A sealed read to look at; with `against` and `label`, where two reads differ in one structure. */
  | { page: 'look'; study: string; read: string; against: { read: string; label: number } | null }
  /** A consensus, to draw on or to look at. */
  | { page: 'consensus'; study: string; consensus: string }
  /** Sealed reads of a case beside each other, to look at where they differ. */
  | { page: 'disagreement'; study: string; reads: readonly string[] }
  | { page: 'unknown'; hash: string };

const STUDY_PAGES: readonly string[] = [
  'sign-in', 'worklist', 'cases', 'board', 'protocol', 'adjudication', 'agreement', 'drift', 'bundles', 'models', 'audit',
  'settings',
] satisfies StudyPage[]; // prettier-ignore

/** Reads an address such as `#/study/ID/board`. */
export function parseRoute(hash: string): Route {
  const parts = hash
    .replace(/^#?\/?/, '')
    .split('/')
    .filter(Boolean)
    .map(decodeURIComponent);
  const [first, study, page, rest, other, label] = parts;
  if (first === undefined) return { page: 'start' };
  if (parts.length === 1) {
    if (first === 'new' || first === 'demo') return { page: first };
    if (first === 'settings' || first === 'models') return { page: first, study: null };
  }
  if (first === 'study' && study) {
    if (page === 'reading' && rest && parts.length === 4) return { page, study, assignment: rest };
    if (page === 'look' && rest && parts.length === 4) return { page, study, read: rest, against: null };
    if (page === 'look' && other && parts.length === 6 && /^\d{1,3}$/.test(label)) {
      return { page, study, read: rest, against: { read: other, label: Number(label) } };
    }
    if (page === 'consensus' && rest && parts.length === 4) return { page, study, consensus: rest };
    if (page === 'disagreement' && rest && parts.length === 4) {
      const reads = rest.split(',').filter(Boolean);
      if (reads.length > 1) return { page, study, reads };
    }
    if (parts.length === 3 && STUDY_PAGES.includes(page)) return { page: page as StudyPage, study };
  }
  return { page: 'unknown', hash };
}

/** Writes the address of a route. */
export function formatRoute(route: Route): string {
  const part = encodeURIComponent;
  switch (route.page) {
    case 'start':
      return '#/';
    case 'new':
    case 'demo':
      return `#/${route.page}`;
    case 'unknown':
      return route.hash;
    case 'reading':
      return `#/study/${part(route.study)}/reading/${part(route.assignment)}`;
    case 'look': {
      const against = route.against ? `/${part(route.against.read)}/${route.against.label}` : '';
      return `#/study/${part(route.study)}/look/${part(route.read)}${against}`;
    }
    case 'consensus':
      return `#/study/${part(route.study)}/consensus/${part(route.consensus)}`;
    case 'disagreement':
      return `#/study/${part(route.study)}/disagreement/${route.reads.map(part).join(',')}`;
    default:
      return route.study === null ? `#/${route.page}` : `#/study/${part(route.study)}/${route.page}`;
  }
}

/** The study a route is in, or null. */
export function studyOf(route: Route): string | null {
  return 'study' in route ? route.study : null;
}
