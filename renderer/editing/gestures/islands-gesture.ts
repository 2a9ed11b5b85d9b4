// Islands by click: the one under the pointer goes, stays alone, or becomes another structure.
import type { Triple } from '../../../electron/contract/geometry.ts';
import type { EditorState } from '../editor-state.svelte.ts';
import type { IslandRule } from '../operations/islands.ts';
import { carryOut } from '../structure-operations.ts';
import type { Gesture, Place } from './gesture.ts';

const NAMES = { others: 'Remove island', clicked: 'Keep island', moved: 'Move island' };

export class IslandsGesture implements Gesture {
  readonly pending = false;
  private readonly editor: EditorState;

  constructor(editor: EditorState) {
    this.editor = editor;
  }

  press(place: Place): string | null {
    const { editor } = this;
    const refusal = editor.refusal();
    if (refusal) return refusal;
    const at = place.at.map(Math.round) as Triple;
    const { shape } = editor.grid;
    const outside = at.some((v, axis) => v < 0 || v >= shape[axis]);
    const label = outside ? 0 : editor.volume.labels[at[0] + shape[0] * (at[1] + shape[1] * at[2])];
    if (label !== editor.activeLabel) return `Click on an island of ${editor.active!.name}.`;
    const { islandClick: keep, otherLabel } = editor.settings;
    if (keep === 'moved' && otherLabel === editor.activeLabel) return 'Choose the structure that it goes to.';
    const rule: IslandRule = keep === 'moved' ? { keep, at, to: otherLabel } : { keep, at };
    const operation = { kind: 'islands' as const, label: editor.activeLabel, rule };
    carryOut(editor, { name: NAMES[keep], operation }).then(
      ({ sentence }) => sentence && editor.say(sentence),
      (error: unknown) => editor.say(error instanceof Error ? error.message : String(error)),
    );
    return null;
  }
  drag(): void {}
  release(): void {}
  cancel(): boolean {
    return false;
  }
}
