// Keys as text, for example `Ctrl+Shift+Z`, `B`, `?`, `ArrowUp`: what a keyboard event is, and what a person reads.
export interface KeyLike {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
  /** The key's place on the keyboard; digits with Alt are told by it, since Alt changes the sign on some layouts. */
  code?: string;
}

/** The text of a keyboard event. Cmd counts as Ctrl. Shift is named only where it does not already change the sign. */
export function keyText(event: KeyLike): string {
  const digit = event.altKey ? /^Digit(\d)$/.exec(event.code ?? '')?.[1] : undefined;
  const key = digit ?? (event.key === ' ' ? 'Space' : event.key);
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
  // Tab walks through the controls; in the picture (or nowhere) it is a command.
  if (keys.endsWith('Tab')) return target !== document.body && !target.closest('[data-picture]');
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
