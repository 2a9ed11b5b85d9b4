// Sealed reads to look at: one with its structures, or two of one case laid over each other. Nothing can be drawn.
import { voxelCount, type Triple } from '../../electron/contract/geometry.ts';
import { decodeMask } from '../../electron/contract/mask-bytes.ts';
import { Problem } from '../../electron/contract/problem.ts';
import type { Read } from '../../electron/contract/reads.ts';
import type { Structure } from '../../electron/contract/study.ts';
import { studyPath } from '../api/http.ts';
import * as reads from '../api/reads.ts';
import { annotations } from '../api/annotations.ts';
import { cases as loadCases } from '../api/cases.ts';
import * as studies from '../api/studies.ts';
import { settings } from '../app/settings.svelte.ts';
import { EditorState } from '../editing/editor-state.svelte.ts';
import { LabelVolume } from '../editing/label-volume.ts';
import { ViewState } from '../viewer/view-state.svelte.ts';
import { BOTH, difference, mostDifferentPlace, ONLY_FIRST, ONLY_SECOND } from './difference.ts';
import { LinkedVolumes } from './linked.svelte.ts';
import { Picture } from './picture.svelte.ts';
import { StructureFigures } from './structures/figures.svelte.ts';
import { PieceWalk } from './structures/piece-walk.svelte.ts';
import { centreOf } from './structure-centre.ts';

/** Whose read it is, as the coordinator knows it. */
export interface ReadFace {
  person: string;
  colour: string;
  caseName: string;
  round: string;
  roundNumber: number;
}

interface Looked {
  read: Read;
  labels: Uint8Array<ArrayBuffer>;
  structures: Structure[];
  title: string;
  /** What is compared, in words; null for one read. */
  subtitle: string;
  /** Where to look first; null: at the first structure. */
  place: Triple | null;
}

export class LookingRoom {
  readonly kind = 'looking';
  readonly title: string;
  readonly subtitle: string;
  readonly editor: EditorState;
  readonly picture: Picture;
  readonly view: ViewState;
  readonly figures: StructureFigures;
  readonly pieces: PieceWalk;
  readonly linked: LinkedVolumes;

  private constructor(study: string, looked: Looked) {
    const { read, labels, structures } = looked;
    this.title = looked.title;
    this.subtitle = looked.subtitle;
    const volume = new LabelVolume(read.volume.grid.shape, labels);
    this.editor = new EditorState({ grid: read.volume.grid, volume, structures, journal: null });
    this.editor.tool = 'navigate';
    this.picture = new Picture(study, studyPath(study, `/reads/${read.id}/voxels`), read.volume);
    this.view = new ViewState(this.picture.data);
    this.linked = new LinkedVolumes(study, read.id, this.view.fusion);
    this.view.opacity = settings.values.overlay;
    this.figures = new StructureFigures(this.editor);
    this.pieces = new PieceWalk(this.editor, this.figures);
    if (looked.place) this.view.moveTo(looked.place);
    else this.jumpTo(structures.find(({ label }) => volume.counts[label] > 0)?.label ?? 0);
  }

  /** A sealed read. Throws Problem when it may not be seen. */
  static async read(study: string, id: string): Promise<LookingRoom> {
    const [{ read, labels }, faces, measures] = await Promise.all([
      fetchRead(study, id),
      facesOf(study),
      // A read is shown without its measurements rather than not at all.
      annotations(study, id).catch(() => []),
    ]);
    const face = faces.get(id);
    const room = new LookingRoom(study, {
      read,
      labels,
      structures: read.structures,
      title: face?.caseName ?? read.title,
      subtitle: face ? `${face.person}, ${face.round}` : read.round.name,
      place: null,
    });
    room.view.measures.list = measures;
    return room;
  }

  /** Whose reads are whose. */
  static faces(study: string): Promise<Map<string, ReadFace>> {
    return facesOf(study);
  }

  /** Where two reads of one case differ in one structure, at the slice where they differ most. */
  static async between(study: string, first: string, second: string, label: number): Promise<LookingRoom> {
    const [a, b, faces] = await Promise.all([
      fetchRead(study, first),
      fetchRead(study, second),
      facesOf(study),
    ]);
    if (a.labels.length !== b.labels.length) {
      throw new Problem('reads-differ', 'These two reads are not of one case.', { status: 400 });
    }
    const one = faces.get(first);
    const two = faces.get(second);
    const samePerson = one?.person === two?.person;
    const name = (face: ReadFace | undefined) => (samePerson ? (face?.round ?? '') : (face?.person ?? ''));
    const labels = difference(a.labels, b.labels, label);
    const pseudo = (at: number, words: string, colour: string): Structure => ({
      id: `difference-${at}`,
      label: at,
      name: words,
      colour,
    });
    const structure =
      a.read.structures.find((candidate) => candidate.label === label)?.name ?? `Label ${label}`;
    return new LookingRoom(study, {
      read: a.read,
      labels,
      structures: [
        pseudo(ONLY_FIRST, `Only ${name(one)}`, one?.colour ?? '#6cb6ff'),
        pseudo(ONLY_SECOND, `Only ${name(two)}`, samePerson ? '#ef8a62' : (two?.colour ?? '#e2b04a')),
        pseudo(BOTH, 'Both', '#c7cdd6'),
      ],
      title: one?.caseName ?? a.read.title,
      subtitle: `${structure}: ${one?.person ?? ''}, ${one?.round ?? ''} against ${two?.person ?? ''}, ${two?.round ?? ''}`,
      place: mostDifferentPlace(labels, a.read.volume.grid.shape),
    });
  }

  enter(): () => void {
    void this.picture.fetch();
    void this.linked.load();
    const unfollow = [this.figures.follow(), this.pieces.follow(), () => this.view.cine.stop()];
    return () => {
      for (const stop of unfollow) stop();
      this.picture.stop();
      this.linked.stop();
    };
  }

  jumpTo(label: number): boolean {
    const centre = centreOf(this.editor.volume, label);
    if (centre) this.view.moveTo(centre);
    return centre !== null;
  }
}

async function fetchRead(
  study: string,
  id: string,
): Promise<{ read: Read; labels: Uint8Array<ArrayBuffer> }> {
  const [read, mask] = await Promise.all([reads.read(study, id), reads.mask(study, id)]);
  return { read, labels: decodeMask(mask.bytes, voxelCount(read.volume.grid)) };
}

/** Names behind reads; empty for whoever may not know them. */
async function facesOf(study: string): Promise<Map<string, ReadFace>> {
  const [board, cases, overview] = await Promise.all([
    studies.board(study),
    loadCases(study),
    studies.overview(study),
  ]);
  const faces = new Map<string, ReadFace>();
  for (const entry of board) {
    if (!entry.readId) continue;
    const person = overview.people.find(({ id }) => id === entry.personId);
    faces.set(entry.readId, {
      person: person?.name ?? '',
      colour: person?.colour ?? '#c7cdd6',
      caseName: cases.find(({ id }) => id === entry.caseId)?.name ?? '',
      round: overview.rounds.find(({ number }) => number === entry.roundNumber)?.name ?? '',
      roundNumber: entry.roundNumber,
    });
  }
  return faces;
}
