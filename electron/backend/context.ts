// What every feature is handed: the open study, who asks, and the shared services of the backend.
import type { Person } from '../contract/study.ts';
import type { StudyEvent } from '../contract/jobs.ts';
import type { StudyDatabase } from '../database/open.ts';

export interface BackendOptions {
  /** Settings, recent studies, model library and the demo study live here. */
  home: string;
  host: 'desktop' | 'browser' | 'test';
  /** Serve this one study folder and open no other. */
  study?: string;
  /** The models that come with Concord. */
  modelsFolder: string;
  version: string;
  /** The clock, for tests of the washout; milliseconds since 1970. */
  now?: () => number;
  /** A clock that only goes forward, for the idle lock; milliseconds since anything. */
  monotonic?: () => number;
}

/** A study folder that is open in this process. */
export interface OpenStudy {
  readonly id: string;
  readonly name: string;
  readonly modality: 'CT' | 'MR' | 'other';
  readonly isDemo: boolean;
  /** Absolute path of NAME.concord/. */
  readonly folder: string;
  readonly database: StudyDatabase;
  readonly events: EventHub;
  /** The clock; milliseconds since 1970. */
  now(): number;
}

/** Fan-out of study events to whoever listens; `visibleTo` keeps blinded news from readers. */
export interface EventHub {
  /** Readers get an event only when `onlyFor` names them or is absent; coordinators get all. */
  publish(event: StudyEvent, onlyFor?: { personId: string }): void;
  subscribe(person: Person, listener: (event: StudyEvent) => void): () => void;
}

/** Hono's variables: set by the middleware of http/access.ts before any route of a study runs. */
export interface StudyEnv {
  Variables: {
    study: OpenStudy;
    /** Null before signing in. */
    person: Person | null;
  };
}
