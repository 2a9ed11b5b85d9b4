// The desktop host: a window, a menu, dialogs, and app:// in front of the backend. It knows no route.
import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  protocol,
  session,
  shell,
  type IpcMainInvokeEvent,
} from 'electron';
import { join } from 'node:path';
import { pageResponse, plain } from './host/pages.ts';
import { concordHome, concordRoot, concordVersion } from './host/paths.ts';

const ORIGIN = 'app://concord';

interface Api {
  fetch(request: Request): Promise<Response>;
  close(): Promise<void>;
}

/** `--connect URL` puts the window in front of a backend elsewhere on this machine; `--study FOLDER` serves one study. */
function argument(name: string): string | undefined {
  const at = process.argv.indexOf(name);
  return at >= 0 ? process.argv[at + 1] : undefined;
}

protocol.registerSchemesAsPrivileged([
  { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } },
]);

async function openBackend(): Promise<Api> {
  const address = argument('--connect');
  if (address !== undefined) return connectTo(address);
  const { createBackend } = await import('./backend/index.ts');
  return createBackend({
    home: concordHome(),
    host: 'desktop',
    study: argument('--study'),
    modelsFolder: join(concordRoot(), 'models'),
    version: concordVersion(),
  });
}

/** Passes requests on to a browser host; its launch token comes in the address. */
function connectTo(address: string): Api {
  const { origin, searchParams } = new URL(address);
  const token = searchParams.get('token') ?? '';
  return {
    async fetch(request) {
      const { pathname, search } = new URL(request.url);
      const headers = new Headers(request.headers);
      headers.delete('origin');
      headers.set('x-concord-token', token);
      const body = request.method === 'GET' ? undefined : await request.arrayBuffer();
      return fetch(`${origin}${pathname}${search}`, { method: request.method, headers, body });
    },
    close: () => Promise.resolve(),
  };
}

function createWindow(): BrowserWindow {
  const window = new BrowserWindow({
    width: 1440,
    height: 900,
    minWidth: 1024,
    minHeight: 680,
    show: false,
    backgroundColor: '#0e1013',
    title: 'Concord',
    webPreferences: {
      preload: join(__dirname, 'preload.cjs'),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    },
  });
  window.once('ready-to-show', () => window.show());
  // The page stays Concord's own: nothing navigates away and nothing opens a window.
  window.webContents.on('will-navigate', (event, url) => {
    if (!url.startsWith(`${ORIGIN}/`)) event.preventDefault();
  });
  window.webContents.setWindowOpenHandler(() => ({ action: 'deny' }));
  window.webContents.on('will-attach-webview', (event) => event.preventDefault());
  window.webContents.on('render-process-gone', (_event, details) => {
    if (details.reason === 'clean-exit') return;
    // Strokes are in the database already: a new page goes on where the old one stopped.
    window.webContents.reload();
  });
  void window.loadURL(`${ORIGIN}/index.html`);
  return window;
}

/** Only our own page may call the shell. */
function fromOurPage(event: IpcMainInvokeEvent): boolean {
  return event.senderFrame?.url.startsWith(`${ORIGIN}/`) ?? false;
}

function registerDialogs(): void {
  ipcMain.handle(
    'concord:pick-files',
    async (event, options: { title?: unknown; multiple?: unknown } | undefined) => {
      const window = BrowserWindow.fromWebContents(event.sender);
      if (!fromOurPage(event) || !window) return [];
      const result = await dialog.showOpenDialog(window, {
        title: String(options?.title ?? 'Choose files'),
        properties: options?.multiple ? ['openFile', 'multiSelections'] : ['openFile'],
      });
      return result.canceled ? [] : result.filePaths;
    },
  );
  ipcMain.handle('concord:pick-folder', async (event, options: { title?: unknown } | undefined) => {
    const window = BrowserWindow.fromWebContents(event.sender);
    if (!fromOurPage(event) || !window) return null;
    const properties: ('openDirectory' | 'createDirectory')[] = ['openDirectory', 'createDirectory'];
    const result = await dialog.showOpenDialog(window, {
      title: String(options?.title ?? 'Choose a folder'),
      properties,
    });
    return result.canceled ? null : (result.filePaths[0] ?? null);
  });
  ipcMain.handle('concord:reveal', (event, path: unknown) => {
    if (fromOurPage(event) && typeof path === 'string') shell.showItemInFolder(path);
  });
}

function buildMenu(): Menu {
  const isMac = process.platform === 'darwin';
  return Menu.buildFromTemplate([
    ...(isMac ? [{ role: 'appMenu' as const }] : []),
    { label: 'File', submenu: [isMac ? { role: 'close' } : { role: 'quit' }] },
    // Undo belongs to the mask: the page has the key, so the menu must not take it.
    { label: 'Edit', submenu: [{ role: 'cut' }, { role: 'copy' }, { role: 'paste' }, { role: 'selectAll' }] },
    {
      label: 'View',
      submenu: [{ role: 'zoomIn' }, { role: 'zoomOut' }, { role: 'resetZoom' }, { role: 'togglefullscreen' }],
    },
    { role: 'windowMenu' },
  ]);
}

async function start(): Promise<void> {
  await app.whenReady();
  const pages = join(concordRoot(), 'out', 'renderer');
  const backend = await openBackend();
  protocol.handle('app', (request) => {
    const { host, pathname } = new URL(request.url);
    if (host !== 'concord') return plain(404, 'There is nothing here.');
    return pathname.startsWith('/api/') ? backend.fetch(request) : pageResponse(pages, pathname);
  });
  session.defaultSession.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.defaultSession.setPermissionCheckHandler(() => false);
  registerDialogs();
  Menu.setApplicationMenu(buildMenu());
  let window = createWindow();
  app.on('second-instance', () => {
    if (window.isMinimized()) window.restore();
    window.focus();
  });
  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) window = createWindow();
  });
  app.on('window-all-closed', () => app.quit());
  let closed = false;
  app.on('before-quit', (event) => {
    if (closed) return;
    event.preventDefault();
    void backend.close().finally(() => {
      closed = true;
      app.quit();
    });
  });
}

if (app.requestSingleInstanceLock()) {
  start().catch((error: unknown) => {
    const sentence = error instanceof Error ? error.message : String(error);
    dialog.showErrorBox('Concord could not start', sentence);
    app.exit(1);
  });
} else {
  app.quit();
}
