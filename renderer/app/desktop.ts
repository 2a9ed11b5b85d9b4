// What only the desktop window can do: real paths of files, pickers, showing a file in its folder.
export interface ConcordDesktop {
  /** Absolute paths chosen in the system's dialog; empty when it was cancelled. */
  pickFiles(options?: { title?: string; multiple?: boolean }): Promise<string[]>;
  pickFolder(options?: { title?: string }): Promise<string | null>;
  /** The absolute path behind a dropped or chosen File. */
  pathForFile(file: File): string;
  revealInFolder(path: string): Promise<void>;
}

/** The desktop bridge, or null in a browser. */
export function desktop(): ConcordDesktop | null {
  return (globalThis as { concordDesktop?: ConcordDesktop }).concordDesktop ?? null;
}
