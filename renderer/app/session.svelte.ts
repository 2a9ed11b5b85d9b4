// The open study and who is signed in to it. One study a window at a time.
import type { Host } from '../../electron/contract/host.ts';
import type { StudyEvent } from '../../electron/contract/jobs.ts';
import { Problem } from '../../electron/contract/problem.ts';
import type { Person, StudyFace } from '../../electron/contract/study.ts';
import { listen } from '../api/events.ts';
import { onSignedOut } from '../api/http.ts';
import * as studies from '../api/studies.ts';
import { dropToken, keepToken } from '../api/tokens.ts';
import { jobsTray } from '../jobs/jobs.svelte.ts';

/** How often the page asks whether the sign-in still holds: a desk that was left shows nothing for long. */
const IDLE_CHECK_MS = 30_000;

type EventListener = (event: StudyEvent | { type: 'reconnected' }) => void;

class Session {
  host = $state.raw<Host | null>(null);
  /** The study of the present address, once loaded. */
  face = $state.raw<StudyFace | null>(null);
  /** What went wrong opening it, in words. */
  problem = $state.raw<Error | null>(null);
  /** Who was signed in until the backend forgot it (it was restarted). */
  former = $state.raw<Person | null>(null);
  private readonly listeners = new Set<EventListener>();
  private stopListening: (() => void) | null = null;
  private generation = 0;

  constructor() {
    onSignedOut((study) => {
      if (this.face?.id !== study || !this.face.you) return;
      this.former = this.face.you;
      this.setFace({ ...this.face, you: null });
      void this.askWhy(study);
    });
  }

  get you(): Person | null {
    return this.face?.you ?? null;
  }
  get isCoordinator(): boolean {
    return this.you?.role === 'coordinator';
  }

  async loadHost(): Promise<Host> {
    this.host = await studies.host();
    return this.host;
  }

  /** Makes `study` the open one (null: none). A later call overtakes an earlier one that is still loading. */
  async enter(study: string | null): Promise<void> {
    if (study === (this.face?.id ?? null) && !this.problem) return;
    const generation = ++this.generation;
    this.problem = null;
    this.setFace(null);
    if (study === null) return;
    try {
      const face = await this.faceOf(study);
      if (generation === this.generation) this.setFace(face);
    } catch (error) {
      if (generation === this.generation) this.problem = error as Error;
    }
  }

  /** Takes a study face that was just answered (open, create, demo) as the open study. */
  adopt(face: StudyFace): void {
    this.generation++;
    this.problem = null;
    this.setFace(face);
  }

  /** Whether it was the idle lock. The token that ended stays for that, so that a reload can ask as well. */
  private async askWhy(study: string): Promise<void> {
    const { generation } = this;
    const idleMinutes = (await studies.face(study).catch(() => null))?.idleMinutes;
    if (generation !== this.generation || !this.face || this.you) return;
    this.setFace({ ...this.face, idleMinutes });
  }

  /** The study as the backend has it; one that it has closed (a restart) is opened again from where it was. */
  private async faceOf(study: string): Promise<StudyFace> {
    try {
      return await studies.face(study);
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'study-not-open') throw error;
      const { studies: known } = this.host ?? (await this.loadHost());
      const folder = known.find(({ id }) => id === study)?.folder;
      if (folder === undefined) throw error;
      return studies.openStudy(folder);
    }
  }

  /** Signs the former person in again without leaving the page. Throws Problem `wrong-passphrase`. */
  async signInAgain(passphrase: string): Promise<void> {
    const { face, former } = this;
    if (!face || !former) return;
    await this.faceOf(face.id);
    await this.signIn(former.id, passphrase);
  }

  async signIn(personId: string, passphrase: string): Promise<Person> {
    const face = this.face!;
    const { token, you } = await studies.signIn(face.id, personId, passphrase);
    keepToken(face.id, token);
    this.former = null;
    this.setFace({ ...face, you, idleMinutes: undefined });
    return you;
  }

  async signOut(): Promise<void> {
    const face = this.face;
    if (!face?.you) return;
    // Signing out here counts even when the backend cannot be told.
    await studies.signOut(face.id).catch(() => undefined);
    dropToken(face.id);
    this.setFace({ ...face, you: null });
  }

  /** Hears the study's events for as long as the returned function is not called. */
  onEvent(listener: EventListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private setFace(face: StudyFace | null): void {
    const before = this.face;
    this.face = face;
    if (before?.id === face?.id && before?.you?.id === face?.you?.id) return;
    this.stopListening?.();
    this.stopListening = null;
    jobsTray.clear();
    if (face?.you) this.startListening(face.id);
  }

  private startListening(study: string): void {
    void jobsTray.load(study);
    // Asked for by the page itself, this counts as nobody being there; once refused, the page signs out.
    const idle = setInterval(() => void jobsTray.load(study), IDLE_CHECK_MS);
    const stop = listen(study, {
      event: (event) => {
        if (event.type === 'job') jobsTray.take(event.job);
        this.tell(event);
      },
      open: (again) => {
        if (!again) return;
        void jobsTray.load(study);
        this.tell({ type: 'reconnected' });
      },
    });
    this.stopListening = () => {
      clearInterval(idle);
      stop();
    };
  }

  private tell(event: StudyEvent | { type: 'reconnected' }): void {
    for (const listener of this.listeners) listener(event);
  }
}

export const session = new Session();
