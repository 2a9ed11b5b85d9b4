// Key presses as text, on any layout.
import { describe, expect, it } from 'vitest';
import { keyLabel, keyText, type KeyLike } from './keys.ts';

const press = (key: string, more: Partial<KeyLike> = {}) =>
  keyText({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more });

describe('key text', () => {
  it('names letters by their capital, with the keys held', () => {
    expect(press('b')).toBe('B');
    expect(press('z', { ctrlKey: true })).toBe('Ctrl+Z');
    expect(press('Z', { ctrlKey: true, shiftKey: true })).toBe('Ctrl+Shift+Z');
    expect(press('k', { metaKey: true })).toBe('Ctrl+K');
  });
  it('does not name Shift where it makes the sign', () => {
    expect(press('?', { shiftKey: true })).toBe('?');
    expect(press('[')).toBe('[');
  });
  it('tells digits by their place when Alt changes the sign', () => {
    expect(press('¡', { altKey: true, code: 'Digit1' })).toBe('Alt+1');
  });
  it('prints arrows and plus', () => {
    expect(keyLabel('Shift+ArrowUp')).toBe('Shift+↑');
    expect(keyLabel('+')).toBe('+');
    expect(press(' ')).toBe('Space');
  });
});
