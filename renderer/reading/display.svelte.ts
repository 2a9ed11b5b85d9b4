// A person's own display: their looks of the structures and how the views hang, applied to a room and kept from there.
import type { Display, Hanging, StructureLook } from '../../electron/contract/display.ts';
import type { Structure } from '../../electron/contract/study.ts';
import * as api from '../api/display.ts';
import type { EditedStructure, EditorState } from '../editing/editor-state.svelte.ts';
import type { ViewState } from '../viewer/view-state.svelte.ts';

const KEEP_AFTER_MS = 500;

export class PersonDisplay {
  private value: Display;
  private readonly study: string;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** False where what was kept could not be had: nothing is kept over it then. */
  private readonly known: boolean;

  private constructor(study: string, value: Display | null) {
    this.study = study;
    this.known = value !== null;
    this.value = value ?? { structures: {}, order: [], hangings: {} };
  }

  /** What was kept; the defaults where it cannot be had, since a read is never held up by looks. */
  static async load(study: string): Promise<PersonDisplay> {
    return new PersonDisplay(study, await api.display(study).catch(() => null));
  }

  /** Gives the room the person's colours, order, locks and hanging. */
  apply(editor: EditorState, view: ViewState): void {
    editor.structures = inOrder(editor.structures, this.value.order);
    editor.activeLabel = editor.structures[0]?.label ?? 0;
    for (const structure of editor.structures) {
      const look = this.value.structures[structure.label] ?? {};
      structure.colour = look.colour ?? structure.colour;
      structure.visible = !look.hidden;
      structure.locked = look.locked ?? false;
      structure.solo = look.solo ?? false;
    }
    const hanging = this.value.hangings[modalityKey(view)];
    if (!hanging) return;
    view.layout = hanging.layout;
    view.main = hanging.main;
    view.smooth = hanging.smooth;
  }

  /** Keeps whatever the person changes in the room, until the returned function is called. */
  follow(editor: EditorState, view: ViewState, structures: readonly Structure[]): () => void {
    const colours = new Map(structures.map(({ label, colour }) => [label, colour.toLowerCase()]));
    const stop = $effect.root(() => {
      $effect(() => {
        this.take({
          structures: looksOf(editor.structures, colours),
          order: sameOrder(editor.structures, structures) ? [] : editor.structures.map(({ label }) => label),
          hangings: { ...this.value.hangings, [modalityKey(view)]: hangingOf(view) },
        });
      });
    });
    const closing = () => this.flush();
    addEventListener('pagehide', closing);
    return () => {
      removeEventListener('pagehide', closing);
      stop();
      this.flush();
    };
  }

  /** What the person sees now: kept a moment later, where it differs from what is. */
  take(next: Display): void {
    if (JSON.stringify(next) === JSON.stringify(this.value)) return;
    this.value = next;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keep(), KEEP_AFTER_MS);
  }

  private flush(): void {
    if (this.timer === undefined) return;
    this.keep(true);
  }
  private keep(keepalive = false): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (!this.known) return;
    // Looks that could not be kept are tried again with the next change; nothing of the read depends on them.
    void api.keepDisplay(this.study, this.value, keepalive).catch(() => undefined);
  }
}

function modalityKey(view: ViewState): string {
  return view.volume.modality ?? 'other';
}
function hangingOf({ layout, main, smooth }: ViewState): Hanging {
  return { layout, main, smooth };
}

function looksOf(
  structures: readonly EditedStructure[],
  colours: ReadonlyMap<number, string>,
): Display['structures'] {
  const looks: Display['structures'] = {};
  for (const { label, colour, visible, locked, solo } of structures) {
    const look: StructureLook = {
      ...(colour.toLowerCase() === colours.get(label) ? {} : { colour }),
      ...(visible ? {} : { hidden: true }),
      ...(locked ? { locked } : {}),
      ...(solo ? { solo } : {}),
    };
    if (Object.keys(look).length > 0) looks[label] = look;
  }
  return looks;
}

function sameOrder(structures: readonly { label: number }[], study: readonly { label: number }[]): boolean {
  return structures.every(({ label }, index) => study[index]?.label === label);
}

/** Sorts by the person's order; labels that it does not name stay behind, in the order they had. */
export function inOrder<T extends { label: number }>(
  structures: readonly T[],
  order: readonly number[],
): T[] {
  const place = (label: number) => (order.includes(label) ? order.indexOf(label) : order.length);
  return structures.toSorted((a, b) => place(a.label) - place(b.label));
}

/** Moves one structure up (−1) or down (1). */
export function moved<T extends { label: number }>(
  structures: readonly T[],
  label: number,
  step: 1 | -1,
): T[] {
  const from = structures.findIndex((structure) => structure.label === label);
  const to = from + step;
  if (from < 0 || to < 0 || to >= structures.length) return [...structures];
  const next = [...structures];
  [next[from], next[to]] = [next[to], next[from]];
  return next;
}

/** Puts one structure in the place that another has now. */
export function placedAt<T extends { label: number }>(
  structures: readonly T[],
  label: number,
  other: number,
): T[] {
  const to = structures.findIndex((structure) => structure.label === other);
  const moving = structures.find((structure) => structure.label === label);
  if (to < 0 || !moving) return [...structures];
  const rest = structures.filter((structure) => structure !== moving);
  return [...rest.slice(0, to), moving, ...rest.slice(to)];
}
