// What the desktop window adds to a page: file pickers and folders, and nothing else.

export interface ConcordDesktop {
  /** Absolute paths chosen in the system's dialog; empty when it was cancelled. */
  pickFiles(options?: { title?: string; multiple?: boolean }): Promise<string[]>;
  pickFolder(options?: { title?: string }): Promise<string | null>;
  /** The absolute path behind a dropped or chosen File; empty when it has none. */
  pathForFile(file: File): string;
  revealInFolder(path: string): Promise<void>;
}
