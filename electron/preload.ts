// The bridge between the sandboxed page and the shell: four calls, each checked on the other side.
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import type { ConcordDesktop } from './contract/desktop.ts';

const desktop: ConcordDesktop = {
  pickFiles: (options) => ipcRenderer.invoke('concord:pick-files', options) as Promise<string[]>,
  pickFolder: (options) => ipcRenderer.invoke('concord:pick-folder', options) as Promise<string | null>,
  // Electron before 32 has no webUtils and puts the path on the file itself.
  pathForFile: (file: File) =>
    webUtils?.getPathForFile(file) ?? (file as File & { path?: string }).path ?? '',
  revealInFolder: (path: string) => ipcRenderer.invoke('concord:reveal', path) as Promise<void>,
};

contextBridge.exposeInMainWorld('concordDesktop', desktop);
