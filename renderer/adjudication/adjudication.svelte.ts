// Adjudication on the page: sealed reads beside each other, where they differ, and the consensus under the hand.
import {
  letterOf,
  nameOfTake,
  type Consensus,
  type Disagreement,
  type Region,
  type Take,
  type VoteSource,
} from '../../electron/contract/adjudication.ts';
import { voxelCount, voxelVolumeMl, type Triple } from '../../electron/contract/geometry.ts';
import { decodeMask } from '../../electron/contract/mask-bytes.ts';
import * as api from '../api/adjudication.ts';
import * as reads from '../api/reads.ts';
import { EditorState } from '../editing/editor-state.svelte.ts';
import { LabelVolume } from '../editing/label-volume.ts';
import { LookingRoom } from '../reading/looking-room.svelte.ts';
import { ReadingRoom } from '../reading/room.svelte.ts';
import { readerColour } from './colours.ts';
import {
  boundsOf,
  boxOfSlice,
  commonVoxels,
  diceOf,
  likeWhom,
  membersOf,
  patchOf,
  sliceMembers,
} from './regions.ts';

export interface InputRead {
  readId: string;
  letter: string;
  name: string;
  round: number;
  colour: string;
  volume: LabelVolume;
  bounds: ReturnType<typeof boundsOf>;
}
/** What a step takes over: the chosen region, the axial slice in the crosshair, or all. */
export type Scope = 'region' | 'slice' | 'all';
/** Whose labels a region has now: letters of the reads, or the vote's; null when mixed or by hand. */
export type Likeness = string | null;

const QUIET_MS = 250;

interface Opened {
  study: string;
  consensus: Consensus | null;
  room: ReadingRoom | LookingRoom;
  inputs: InputRead[];
  disagreement: Disagreement;
  entropy: Uint8Array;
}

export class Adjudication {
  readonly study: string;
  readonly room: ReadingRoom | LookingRoom;
  readonly inputs: readonly InputRead[];
  readonly disagreement: Disagreement;
  readonly entropy: Uint8Array;
  readonly shape: Readonly<Triple>;
  /** Draws nothing: over the reads, which stay as they are. */
  readonly looker: EditorState;
  consensus = $state.raw<Consensus | null>(null);
  /** Readers as A, B, … without their names. */
  coded = $state(false);
  heat = $state(true);
  outlines = $state(true);
  scope = $state<Scope>('region');
  /** Index into the regions; null before one was gone to. */
  at = $state<number | null>(null);
  /** By structure label and input: Dice of the consensus with each read, now. */
  dice = $state.raw<ReadonlyMap<number, (number | null)[]>>(new Map());
  likeness = $state.raw<readonly Likeness[]>([]);
  private readonly members = new Map<number, Uint32Array>();
  /** The majority vote, once it is here. */
  private voted: Uint8Array | null = null;
  private readonly votes = new Map<VoteSource, Promise<Uint8Array>>();

  private constructor(opened: Opened) {
    this.study = opened.study;
    this.consensus = opened.consensus;
    this.room = opened.room;
    this.inputs = opened.inputs;
    this.disagreement = opened.disagreement;
    this.entropy = opened.entropy;
    const { grid } = opened.room.view;
    this.shape = grid.shape;
    this.looker = new EditorState({ grid, volume: opened.inputs[0].volume, structures: [], journal: null });
    this.looker.tool = 'navigate';
    // The largest view shows axial slices, as the strip below them.
    this.room.view.main = 'axial';
    this.goTo(0);
    const [worst] = this.disagreement.slices;
    if (worst && !this.consensus) this.view.setSlice('axial', worst.slice);
  }

  /** A consensus: to draw on while it is a draft, to look at once it is sealed. Throws Problem. */
  static async ofConsensus(study: string, id: string): Promise<Adjudication> {
    const consensus = await api.consensus(study, id);
    const of = { consensus: id };
    const faces = consensus.inputs.map(({ readId, name, round }) => ({ readId, name, round }));
    const [disagreement, entropy, masks] = await together(study, of, faces);
    const room =
      consensus.state === 'draft'
        ? await ReadingRoom.consensus(study, id)
        : await LookingRoom.read(study, consensus.readId ?? consensus.inputs[0].readId);
    return Adjudication.made({ study, consensus, room, disagreement, entropy, masks, faces });
  }

  /** Sealed reads of a case to look at together. Throws Problem. */
  static async ofReads(study: string, ids: readonly string[]): Promise<Adjudication> {
    const room = await LookingRoom.read(study, ids[0]);
    const known = await LookingRoom.faces(study);
    const faces = ids.map((readId) => {
      const face = known.get(readId);
      return { readId, name: face?.person ?? '', round: face?.roundNumber ?? 0 };
    });
    const [disagreement, entropy, masks] = await together(study, { reads: ids }, faces);
    return Adjudication.made({ study, consensus: null, room, disagreement, entropy, masks, faces });
  }

  private static made(
    of: Omit<Opened, 'inputs' | 'entropy'> & {
      entropy: Uint8Array;
      masks: Uint8Array[];
      faces: { readId: string; name: string; round: number }[];
    },
  ): Adjudication {
    const { grid } = of.room.view;
    const voxels = voxelCount(grid);
    const inputs = of.faces.map((face, index): InputRead => {
      const labels = decodeMask(of.masks[index], voxels);
      return {
        ...face,
        letter: letterOf(index),
        colour: readerColour(index),
        volume: new LabelVolume(grid.shape, labels),
        bounds: boundsOf(labels, grid.shape),
      };
    });
    return new Adjudication({ ...of, inputs, entropy: decodeMask(of.entropy, voxels) });
  }

  get view() {
    return this.room.view;
  }
  /** The room while something can be drawn. */
  get drawing(): ReadingRoom | null {
    return this.room.kind === 'reading' ? this.room : null;
  }
  /** A mask that was agreed on is here, drawn on or sealed. */
  get hasConsensus(): boolean {
    return this.consensus !== null && (this.consensus.state === 'draft' || this.consensus.readId !== null);
  }
  get region(): Region | null {
    return this.at === null ? null : (this.disagreement.regions[this.at] ?? null);
  }
  /** "A" or "A · Ada", by what may be shown. */
  nameOf({ letter, name }: InputRead): string {
    return this.coded || !name ? letter : `${letter} · ${name}`;
  }

  /** Counts along while the mask changes; the returned function ends it. */
  follow(): () => void {
    if (!this.hasConsensus) return () => undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = this.room.editor.volume.subscribe(() => {
      clearTimeout(timer);
      timer = setTimeout(() => this.recount(), QUIET_MS);
    });
    this.recount();
    void this.labelsOf('vote').then(
      (vote) => {
        this.voted = vote;
        this.recount();
      },
      () => undefined, // the list says less then
    );
    return () => {
      stop();
      clearTimeout(timer);
    };
  }

  private recount(): void {
    const { volume, structures } = this.room.editor;
    const common = this.inputs.map((input) =>
      commonVoxels(volume.labels, input.volume.labels, this.shape, input.bounds),
    );
    this.dice = new Map(
      structures.map(({ label }) => [
        label,
        this.inputs.map((input, n) =>
          diceOf(common[n][label], volume.counts[label], input.volume.counts[label]),
        ),
      ]),
    );
    const masks = this.inputs.map((input) => input.volume.labels);
    this.likeness = this.disagreement.regions.map((region) => {
      const members = this.membersOf(region);
      const like = likeWhom(volume.labels, masks, members);
      if (like) return like.map((index) => this.inputs[index].letter).join(' ');
      return this.voted && likeWhom(volume.labels, [this.voted], members) ? 'vote' : null;
    });
  }

  private membersOf(region: Region): Uint32Array {
    let members = this.members.get(region.region);
    if (!members) {
      members = membersOf(this.entropy, this.shape, region.centre, region.box);
      this.members.set(region.region, members);
    }
    return members;
  }

  goTo(index: number): void {
    const region = this.disagreement.regions[index];
    if (!region) return;
    this.at = index;
    this.view.moveTo(region.centre);
  }
  /** The next or previous region by size, around at the ends. */
  stepRegion(step: 1 | -1): void {
    const { length } = this.disagreement.regions;
    if (length === 0) return;
    this.goTo(this.at === null ? (step > 0 ? 0 : length - 1) : (this.at + step + length) % length);
  }
  /** The next worse or less bad axial slice after the one that shows. */
  stepWorst(step: 1 | -1): void {
    const { slices } = this.disagreement;
    if (slices.length === 0) return;
    const rank = slices.findIndex(({ slice }) => slice === this.view.sliceOf('axial'));
    const next = rank < 0 ? 0 : (rank + step + slices.length) % slices.length;
    this.view.setSlice('axial', slices[next].slice);
  }

  /**
   * Takes over from a read, the vote or STAPLE what `scope` says: one step of the journal. Answers a sentence where
   * nothing could be done. Throws Problem when the vote cannot be had.
   */
  async take(source: Take['source'], scope: Scope = this.scope): Promise<string | null> {
    const room = this.drawing;
    if (!room) return 'This consensus is sealed.';
    const { editor, journal } = room;
    if (!editor.editable) return 'This window cannot change the consensus any more.';
    const locked = editor.structures.filter((structure) => structure.locked);
    if (locked.length > 0) return `${locked.map(({ name }) => name).join(', ')} is locked. Unlock it first.`;
    const { region } = this;
    if (scope === 'region' && !region) return 'Go to a region first.';
    const began = performance.now();
    const slice = this.view.sliceOf('axial');
    const from = await this.labelsOf(source);
    if (editor.underWay) editor.cancel();
    const members =
      scope === 'all' ? null : scope === 'slice' ? sliceMembers(this.shape, slice) : this.membersOf(region!);
    const { bytes, voxels } = patchOf(editor.volume.labels, from, members);
    if (voxels === 0) return 'The consensus is like that already.';
    const step: Take =
      scope === 'all'
        ? { source }
        : scope === 'slice'
          ? { source, box: boxOfSlice(this.shape, slice) }
          : { source, region: region!.region };
    const tool = nameOfTake(
      step,
      this.inputs.map(({ readId }) => readId),
      this.shape,
    );
    editor.volume.apply(bytes, 'do');
    journal.add({ bytes, voxels, tool, label: 0, milliseconds: performance.now() - began });
    return null;
  }

  private async labelsOf(source: Take['source']): Promise<Uint8Array> {
    const input = this.inputs.find(({ readId }) => readId === source);
    if (input) return input.volume.labels;
    const kind = source as VoteSource;
    let vote = this.votes.get(kind);
    if (!vote) {
      vote = api
        .vote(this.study, this.consensus!.id, kind)
        .then((bytes) => decodeMask(bytes, voxelCount(this.view.grid)));
      vote.catch(() => this.votes.delete(kind));
      this.votes.set(kind, vote);
    }
    return vote;
  }

  /** Millilitres of a structure in a read. */
  millilitres(volume: LabelVolume, label: number): number {
    return volume.counts[label] * voxelVolumeMl(this.view.grid);
  }

  /** Seals the consensus. Throws Problem when a stroke could not be stored. */
  async seal(): Promise<void> {
    await this.drawing?.seal();
    this.consensus = await api.consensus(this.study, this.consensus!.id);
  }
}

function together(study: string, of: api.Inputs, faces: readonly { readId: string }[]) {
  return Promise.all([
    api.disagreement(study, of),
    api.entropy(study, of),
    Promise.all(faces.map(async ({ readId }) => (await reads.mask(study, readId)).bytes)),
  ]);
}
