// The bridge between the sandboxed page and the shell: five calls, each checked on the other side.
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import type { ConcordDesktop } from './contract/desktop.ts';

/** Electron before 32 has no webUtils and puts the path on the file itself. */
function pathForFile(file: File): string {
  const utilities = webUtils as typeof webUtils | undefined;
  return utilities ? utilities.getPathForFile(file) : ((file as File & { path?: string }).path ?? '');
}

const desktop: ConcordDesktop = {
  platform: process.platform,
  pickFiles: (options) => ipcRenderer.invoke('concord:pick-files', options) as Promise<string[]>,
  pickFolder: (options) => ipcRenderer.invoke('concord:pick-folder', options) as Promise<string | null>,
  pathForFile,
  revealInFolder: (path: string) => ipcRenderer.invoke('concord:reveal', path) as Promise<void>,
  savePdf: (html: string, name: string) =>
    ipcRenderer.invoke('concord:save-pdf', html, name) as ReturnType<ConcordDesktop['savePdf']>,
};

contextBridge.exposeInMainWorld('concordDesktop', desktop);
