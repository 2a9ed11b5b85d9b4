// Keys as text, for example `Ctrl+Shift+Z`, `B`, `?`, `ArrowUp`: what a keyboard event is, and what a person reads.
export interface KeyLike {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

/** The text of a keyboard event. Cmd counts as Ctrl. Shift is named only where it does not already change the sign. */
export function keyText(event: KeyLike): string {
  const key = event.key === ' ' ? 'Space' : event.key;
  const letter = key.length === 1 && key.toUpperCase() !== key.toLowerCase();
  const sign = key.length === 1 && !letter;
  const parts = [
    event.ctrlKey || event.metaKey ? 'Ctrl' : '',
    event.altKey ? 'Alt' : '',
    event.shiftKey && !sign ? 'Shift' : '',
    letter ? key.toUpperCase() : key,
  ];
  return parts.filter(Boolean).join('+');
}

const NAMES: Record<string, string> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
  PageUp: 'Page up',
  PageDown: 'Page down',
};

/** Key text as it is printed on the page. */
export function keyLabel(keys: string): string {
  return keys
    .split(/\+(?=.)/)
    .map((part) => NAMES[part] ?? part)
    .join('+');
}

const MOVES = ['Arrow', 'Home', 'End', 'Page'];

/** True where a key belongs to the control that has the focus and not to a command. */
export function isTyping(target: EventTarget | null, keys: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (keys.startsWith('Ctrl+') && !/^Ctrl\+[ACVXZ]$/.test(keys)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement) return true;
  if (target instanceof HTMLSelectElement) return true;
  if (target instanceof HTMLInputElement) {
    // Sliders and choices keep the keys that move them; text fields keep everything.
    if (target.type === 'range' || target.type === 'radio')
      return MOVES.some((move) => keys.startsWith(move));
    if (target.type === 'checkbox') return keys === 'Space';
    return !['color', 'button'].includes(target.type);
  }
  const presses = target instanceof HTMLButtonElement || target instanceof HTMLAnchorElement;
  if (presses && (keys === 'Enter' || keys === 'Space')) return true;
  return target.getAttribute('role') === 'tab' && MOVES.some((move) => keys.startsWith(move));
}
