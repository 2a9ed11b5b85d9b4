// An open read: its lease, the mask under the hand, the picture as it arrives, and the end by seal or leaving.
import { decodeMask } from '../../electron/contract/mask-bytes.ts';
import { voxelCount, voxelVolumeMl } from '../../electron/contract/geometry.ts';
import { Problem } from '../../electron/contract/problem.ts';
import type { ReadView } from '../../electron/contract/display.ts';
import type { Read } from '../../electron/contract/reads.ts';
import { studyPath } from '../api/http.ts';
import { ReadPatchSink } from '../api/patch-sink.ts';
import type { Annotation } from '../../electron/contract/annotations.ts';
import { openConsensus } from '../api/adjudication.ts';
import { addAnnotation, annotations, removeAnnotation } from '../api/annotations.ts';
import { toasts } from '../ui/toasts.svelte.ts';
import * as displays from '../api/display.ts';
import * as reads from '../api/reads.ts';
import { EditorState } from '../editing/editor-state.svelte.ts';
import { Journal } from '../editing/journal.svelte.ts';
import { LabelVolume } from '../editing/label-volume.ts';
import { settings } from '../app/settings.svelte.ts';
import { annotationParts } from '../viewer/measure-marks.ts';
import { drawnAgain, measureName } from '../viewer/measure-text.ts';
import { ViewState } from '../viewer/view-state.svelte.ts';
import { PersonDisplay } from './display.svelte.ts';
import { RoomInstructions } from './form/instructions.svelte.ts';
import { ReadForm } from './form/read-form.svelte.ts';
import { followReadView, showAsBefore } from './read-view.svelte.ts';
import { StructureFigures } from './structures/figures.svelte.ts';
import { PieceWalk } from './structures/piece-walk.svelte.ts';
import { centreOf } from './structure-centre.ts';
import { LinkedVolumes } from './linked.svelte.ts';
import { Picture } from './picture.svelte.ts';
import { Presence } from './presence.svelte.ts';

/** The page's state of one read that this window holds. */
export class ReadingRoom {
  readonly kind = 'reading';
  readonly study: string;
  /** Empty where the read is of a consensus. */
  readonly assignment: string;
  read = $state.raw<Read>()!;
  readonly lease: string;
  readonly presence: Presence;
  readonly editor: EditorState;
  readonly journal: Journal;
  readonly picture: Picture;
  readonly view: ViewState;
  readonly figures: StructureFigures;
  readonly pieces: PieceWalk;
  readonly linked: LinkedVolumes;
  readonly form: ReadForm;
  readonly instructions: RoomInstructions;
  private readonly display: PersonDisplay;
  sealing = $state(false);
  private readonly sink: ReadPatchSink;
  /** One at a time. */
  private reloading: Promise<void> = Promise.resolve();

  private constructor(study: string, assignment: string, opened: OpenedRead) {
    const { read, lease, labels, entries } = opened;
    this.study = study;
    this.assignment = assignment;
    this.read = read;
    this.lease = lease;
    this.form = new ReadForm(study, read.id, lease);
    this.instructions = new RoomInstructions(study);
    this.presence = new Presence(study, { ...read, lease });
    this.sink = new ReadPatchSink({
      study,
      read: read.id,
      lease,
      lastSeq: opened.seq,
      // The heartbeat finds it out too; a step that waits need not wait for the next beat.
      onSignedOut: () => undefined,
    });
    const volume = new LabelVolume(read.volume.grid.shape, labels);
    this.journal = new Journal({
      volume,
      sink: this.sink,
      entries,
      fetchPatch: (seq) => reads.patchBytes(study, read.id, seq),
      onOutrun: () => void this.reload().catch((error: unknown) => toasts.fail(error)),
    });
    this.editor = new EditorState({
      grid: read.volume.grid,
      volume,
      structures: read.structures,
      journal: this.journal,
    });
    this.picture = new Picture(study, studyPath(study, `/reads/${read.id}/voxels`), read.volume);
    this.editor.see(this.picture.data);
    this.editor.say = (text) => toasts.show({ tone: 'info', text });
    this.view = new ViewState(this.picture.data);
    this.linked = new LinkedVolumes(study, read.id, this.view.fusion, opened.view?.second);
    this.view.opacity = settings.values.overlay;
    this.view.outline = settings.values.outline;
    this.view.penPressure = settings.values.penPressure;
    this.display = opened.display;
    this.display.apply(this.editor, this.view);
    if (opened.view) showAsBefore(this.view, opened.view);
    this.view.measures.list = opened.measures;
    this.view.measures.keep = (drawn) => {
      addAnnotation(this.study, this.read.id, this.lease, drawn).then(
        (kept) => (this.view.measures.list = [...this.view.measures.list, kept]),
        (error: unknown) => {
          this.presence.refuse(error);
          toasts.fail(error);
        },
      );
    };
    this.figures = new StructureFigures(this.editor);
    this.pieces = new PieceWalk(this.editor, this.figures);
  }

  /** Opens an assignment and takes its lease. Throws Problem: locked, open elsewhere, sealed, not there. */
  static async open(study: string, assignment: string): Promise<ReadingRoom> {
    return new ReadingRoom(study, assignment, await openRead(study, reads.openRead(study, assignment)));
  }

  /** Opens the read in which a consensus is drawn. Throws Problem: sealed, open elsewhere, not there. */
  static async consensus(study: string, consensus: string): Promise<ReadingRoom> {
    return new ReadingRoom(study, '', await openRead(study, openConsensus(study, consensus)));
  }

  /** Somebody signed in again: what waited is stored. */
  signedInAgain(): void {
    this.sink.resume();
    this.journal.retry();
    void this.presence.beat();
    void this.picture.fetch();
  }

  /** Starts counting time and fetching the picture; the returned function leaves the room. */
  enter(): () => void {
    const leave = this.presence.start();
    void this.picture.fetch();
    void this.form.load();
    void this.linked.load();
    void this.instructions.load();
    const unfollow = [
      () => this.view.cine.stop(),
      this.figures.follow(),
      this.pieces.follow(),
      this.display.follow(this.editor, this.view, this.read.structures),
      followReadView(this.study, this.read.id, this.view, this.linked),
    ];
    return () => {
      for (const stop of unfollow) stop();
      this.picture.stop();
      this.linked.stop();
      // Strokes still under way are stored first: the lease is needed for them.
      void this.journal.settled().then(() => {
        this.sink.stop();
        leave();
      });
    };
  }

  /**
   * Takes the mask and its steps from the backend afresh: an AI mask came in, or a step did not follow. What was drawn
   * here is stored by then, or is drawn again on the newer mask.
   */
  reload(): Promise<void> {
    const result = this.reloading.then(() => this.load());
    this.reloading = result.catch(() => undefined);
    return result;
  }

  private async load(): Promise<void> {
    if (this.journal.writable) await this.journal.settled();
    const id = this.read.id;
    const [read, mask, entries] = await Promise.all([
      reads.read(this.study, id),
      reads.mask(this.study, id),
      reads.patches(this.study, id),
    ]);
    this.editor.cancel();
    const { volume } = this.editor;
    volume.replace(decodeMask(mask.bytes, volume.labels.length));
    this.sink.follow(mask.seq);
    this.read = read;
    // Steps beyond the mask's last one are another load's to take in.
    this.journal.loaded(entries.filter(({ seq }) => seq <= mask.seq));
  }

  /** Keeps the mask as it is as the first draft; AI masks may be asked for from then on. Throws Problem. */
  async keepFirstDraft(): Promise<void> {
    await this.settled();
    this.read = {
      ...(await reads.keepFirstDraft(this.study, this.read.id, this.lease)),
      lease: this.read.lease,
    };
  }

  /** Waits until every stroke is stored. Throws Problem when one could not be. */
  async settled(): Promise<void> {
    if (await this.journal.settled()) return;
    const { save } = this.journal;
    throw save.kind === 'failed' || save.kind === 'lost'
      ? save.problem
      : new Problem('not-stored', 'The last stroke is not stored yet. Try again.', { status: 409 });
  }

  /** Moves the crosshair to the middle of a structure. Answers false when nothing of it is drawn. */
  jumpTo(label: number): boolean {
    const centre = centreOf(this.editor.volume, label);
    if (centre) this.view.moveTo(centre);
    return centre !== null;
  }

  /** Takes a measurement away; the message that says so can bring it back. */
  async removeMeasure(gone: Annotation): Promise<void> {
    try {
      await removeAnnotation(this.study, this.read.id, this.lease, gone.id);
      const { measures, volume } = this.view;
      measures.list = measures.list.filter(({ id }) => id !== gone.id);
      measures.pointed = null;
      const again = drawnAgain(gone);
      const action = again && { label: 'Bring it back', run: () => measures.keep?.(again) };
      const text = `${measureName(gone.kind)} of ${annotationParts(gone, volume.unit).size} taken away.`;
      toasts.show({ tone: 'info', text, ...(action && { action }) });
    } catch (error) {
      this.presence.refuse(error);
      toasts.fail(error);
    }
  }

  /** Voxels and millilitres of each structure, as drawn now. */
  volumes(): Map<number, { voxels: number; ml: number }> {
    const one = voxelVolumeMl(this.read.volume.grid);
    return new Map(this.editor.structures.map(({ label, voxels }) => [label, { voxels, ml: voxels * one }]));
  }

  /** Seals the read. Nothing can be drawn afterwards. */
  async seal(): Promise<void> {
    await this.settled();
    await this.presence.beat();
    this.read = await reads.seal(this.study, this.read.id, this.lease);
    this.presence.sealed();
  }
}

interface OpenedRead {
  read: Read;
  lease: string;
  labels: Uint8Array;
  /** The last step that `labels` contains. */
  seq: number;
  entries: Awaited<ReturnType<typeof reads.patches>>;
  display: PersonDisplay;
  measures: Annotation[];
  /** How this person last looked at it. */
  view: ReadView | null;
}

async function openRead(study: string, opening: Promise<Read>): Promise<OpenedRead> {
  const read = await opening;
  if (read.lease === null) {
    throw new Problem('read-sealed', `${read.title} is sealed. A coordinator can reopen it with a reason.`, {
      status: 409,
    });
  }
  try {
    const [mask, entries, display, view, measures] = await Promise.all([
      reads.mask(study, read.id),
      reads.patches(study, read.id),
      PersonDisplay.load(study),
      displays.readView(study, read.id).catch(() => null),
      annotations(study, read.id),
    ]);
    const labels = decodeMask(mask.bytes, voxelCount(read.volume.grid));
    return { read, lease: read.lease, labels, seq: mask.seq, entries, display, view, measures };
  } catch (error) {
    await reads.release(study, read.id, read.lease).catch(() => undefined);
    throw error;
  }
}
