// How numbers, lengths of time and moments are written, everywhere the same.
const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** A missing number. Its reason stands on hover. */
export const MISSING = '–';

/** Whole numbers with thousands separators; a true minus sign. */
export function integer(value: number): string {
  return grouped.format(value).replace('-', '−');
}

/** A number with fixed digits and a true minus sign; – when it is missing. */
export function decimal(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return MISSING;
  const text = value.toFixed(digits);
  // −0.00 is 0.00.
  return Number(text) === 0 ? (0).toFixed(digits) : text.replace('-', '−');
}

/** Millilitres to three figures or so: 0.42, 71.4, 214, 1,612. */
export function millilitres(ml: number): string {
  if (ml === 0) return '0';
  const digits = Math.abs(ml) < 1 ? 2 : Math.abs(ml) < 100 ? 1 : 0;
  return digits ? decimal(ml, digits) : integer(Math.round(ml));
}

/** Seconds as m:ss or h:mm:ss. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const h = Math.floor(whole / 3600);
  const m = Math.floor((whole % 3600) / 60);
  const s = String(whole % 60).padStart(2, '0');
  return h ? `${h}:${String(m).padStart(2, '0')}:${s}` : `${m}:${s}`;
}

/** How long something still takes, in words. */
export function timeLeft(seconds: number): string {
  if (seconds < 1) return 'a moment left';
  if (seconds < 60) return `${Math.round(seconds)} s left`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min left`;
  return `${(seconds / 3600).toFixed(1)} h left`;
}

/** Bytes with a decimal unit. */
export function byteSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = -1;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

const dateWords = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const timeWords = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

/** A day in local time: 23 Nov 2026. */
export function date(iso: string): string {
  return dateWords.format(new Date(iso));
}
/** A moment in local time: 23 Nov 2026, 08:15. */
export function moment(iso: string): string {
  const at = new Date(iso);
  return `${dateWords.format(at)}, ${timeWords.format(at)}`;
}

/** Sizes and spacings: 512 × 512 × 300, 0.74 × 0.74 × 1.5. */
export function triple(values: readonly number[]): string {
  return values.map((value) => String(Number(value.toFixed(3)))).join(' × ');
}

/** "1 case", "3 cases". */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${integer(n)} ${n === 1 ? one : many}`;
}

/** First letters of a name's first and last word: RA of Reader A, C of Coordinator. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const chosen = words.length > 1 ? [words[0], words.at(-1)!] : words;
  return chosen
    .map((word) => [...word][0] ?? '')
    .join('')
    .toUpperCase();
}
