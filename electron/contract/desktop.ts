// What the desktop window adds to a page: file pickers and folders, and nothing else.

export interface ConcordDesktop {
  readonly platform: 'linux' | 'darwin' | 'win32' | string;
  /** Absolute paths chosen in the system's dialog; empty when it was cancelled. */
  pickFiles(options?: { title?: string; multiple?: boolean }): Promise<string[]>;
  /** The absolute path of a folder; null when the dialog was cancelled. */
  pickFolder(options?: { title?: string }): Promise<string | null>;
  /** The absolute path behind a dropped or chosen File; empty when it has none. */
  pathForFile(file: File): string;
  /** Shows a file or folder in the system's file manager. */
  revealInFolder(path: string): Promise<void>;
  /** Asks where to, and prints a self-contained page there as a PDF; `path` is null when the dialog was cancelled. */
  savePdf(html: string, name: string): Promise<{ path: string | null; problem: string | null }>;
}
