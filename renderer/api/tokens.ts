// Sign-ins of this window: in memory, and in sessionStorage so that a reload stays signed in. Never on disk.
const KEY = 'concord.sign-ins';

function load(): Map<string, string> {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? '{}');
    return new Map(
      Object.entries(stored as Record<string, unknown>).filter(
        (entry): entry is [string, string] => typeof entry[1] === 'string',
      ),
    );
  } catch {
    return new Map();
  }
}

const tokens = load();

function store(): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(Object.fromEntries(tokens)));
  } catch {
    // Storage can be switched off; the sign-in then ends with the page.
  }
}

export function tokenOf(study: string): string | null {
  return tokens.get(study) ?? null;
}
export function keepToken(study: string, token: string): void {
  tokens.set(study, token);
  store();
}
export function dropToken(study: string): void {
  if (tokens.delete(study)) store();
}
