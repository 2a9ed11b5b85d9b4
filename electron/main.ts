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
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, isAbsolute, join } from 'node:path';
import { Problem } from './contract/problem.ts';
import { connectTo, type Answerer } from './host/connect.ts';
import { DEMO_PAGE, makeDemo } from './host/demo.ts';
import { hardened, pageResponse, plain } from './host/pages.ts';
import { concordHome, concordVersion, modelsFolder, pagesFolder } from './host/paths.ts';
import { writeFileAtomically } from './imaging/atomic-file.ts';

const ORIGIN = 'app://concord';
/** A page that breaks more often than this within a minute is not started again. */
const RESTARTS_A_MINUTE = 3;

/** `--connect URL`: a backend elsewhere on this machine; `--study FOLDER`: that study alone; `--demo`: start on the demo. */
function argument(name: string): string | undefined {
  const at = process.argv.indexOf(name);
  return at >= 0 ? process.argv[at + 1] : undefined;
}

protocol.registerSchemesAsPrivileged([
  { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } },
]);

/** Who answers /api/, and where the page starts (from the #). */
async function openBackend(): Promise<{ backend: Answerer; page: string }> {
  const address = argument('--connect');
  if (address !== undefined) return { backend: connectTo(address), page: new URL(address).hash };
  // Loaded here and not above: the window of an old Electron, which the database does not run in, only connects.
  const { createBackend } = await import('./backend/index.ts');
  const backend = await createBackend({
    home: concordHome(),
    host: 'desktop',
    study: argument('--study'),
    modelsFolder: modelsFolder(),
    version: concordVersion(),
  });
  if (!process.argv.includes('--demo')) return { backend, page: '' };
  // Made behind the window, which shows how far it is.
  void makeDemo(backend, (line) => console.error(line));
  return { backend, page: DEMO_PAGE };
}

function createWindow(page: string): BrowserWindow {
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
  restartWhenBroken(window);
  void window.loadURL(`${ORIGIN}/index.html${page}`);
  return window;
}

/** Strokes are in the database before the next one starts: a new page goes on where the broken one stopped. */
function restartWhenBroken(window: BrowserWindow): void {
  let breaks: number[] = [];
  window.webContents.on('render-process-gone', (_event, details) => {
    if (details.reason === 'clean-exit' || window.isDestroyed()) return;
    breaks = [...breaks.filter((time) => time > Date.now() - 60_000), Date.now()];
    if (breaks.length <= RESTARTS_A_MINUTE) return window.webContents.reload();
    dialog.showErrorBox(
      'Concord’s window keeps breaking',
      `The page stopped ${breaks.length} times within a minute (${details.reason}). Every finished stroke is saved. Start Concord again; if it happens again, the graphics driver is the first suspect.`,
    );
    app.quit();
  });
}

/** The page stays Concord's own: nothing navigates away, opens a window or asks for a device. */
function keepPagesHome(): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (event, url) => {
      if (!url.startsWith(`${ORIGIN}/`)) event.preventDefault();
    });
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
    contents.on('will-attach-webview', (event) => event.preventDefault());
  });
  const allowed = (permission: string) => permission === 'clipboard-sanitized-write';
  session.defaultSession.setPermissionRequestHandler((_contents, permission, answer) =>
    answer(allowed(permission)),
  );
  session.defaultSession.setPermissionCheckHandler((_contents, permission) => allowed(permission));
}

/** The window that asks, when it is our own page in its main frame; anything else gets no answer worth having. */
function asking(event: IpcMainInvokeEvent): BrowserWindow | null {
  const frame = event.senderFrame;
  if (!frame?.url.startsWith(`${ORIGIN}/`) || frame.parent) return null;
  return BrowserWindow.fromWebContents(event.sender);
}

type OpenProperty = 'openFile' | 'openDirectory' | 'createDirectory' | 'multiSelections';

async function choose(
  event: IpcMainInvokeEvent,
  title: unknown,
  properties: OpenProperty[],
): Promise<string[]> {
  const window = asking(event);
  if (!window) return [];
  const heading = typeof title === 'string' ? title.slice(0, 200) : undefined;
  const result = await dialog.showOpenDialog(window, { title: heading, properties });
  return result.canceled ? [] : result.filePaths;
}

/** Larger pages than any report. */
const LARGEST_REPORT = 128 * 2 ** 20;

/** A self-contained page as a PDF, printed by a window that nobody sees and that runs no script. */
async function savePdf(event: IpcMainInvokeEvent, html: unknown, name: unknown) {
  const window = asking(event);
  if (!window || typeof html !== 'string' || html.length > LARGEST_REPORT)
    return { path: null, problem: 'This page cannot be printed.' };
  const suggested = typeof name === 'string' ? basename(name).slice(0, 120) : '';
  const { filePath } = await dialog.showSaveDialog(window, {
    defaultPath: `${suggested || 'Report'}.pdf`,
    filters: [{ name: 'PDF', extensions: ['pdf'] }],
  });
  if (!filePath) return { path: null, problem: null };
  const folder = await mkdtemp(join(tmpdir(), 'concord-print-'));
  const webPreferences = { sandbox: true, javascript: false, partition: 'concord-print' };
  const printer = new BrowserWindow({ show: false, webPreferences });
  try {
    const page = join(folder, 'report.html');
    await writeFile(page, html);
    await printer.loadFile(page);
    const pdf = await printer.webContents.printToPDF({ printBackground: true, pageSize: 'A4' });
    await writeFileAtomically(filePath, [pdf]);
    return { path: filePath, problem: null };
  } catch (error) {
    const why = error instanceof Problem ? error.message : 'The page could not be printed; save it as HTML.';
    return { path: null, problem: why };
  } finally {
    printer.destroy();
    await rm(folder, { recursive: true, force: true });
  }
}

function registerCalls(): void {
  type Options = { title?: unknown; multiple?: unknown } | undefined;
  ipcMain.handle('concord:pick-files', (event, options: Options) =>
    choose(
      event,
      options?.title,
      options?.multiple === true ? ['openFile', 'multiSelections'] : ['openFile'],
    ),
  );
  ipcMain.handle('concord:pick-folder', async (event, options: Options) => {
    const chosen = await choose(event, options?.title, ['openDirectory', 'createDirectory']);
    return chosen[0] ?? null;
  });
  ipcMain.handle('concord:reveal', (event, path: unknown) => {
    if (asking(event) && typeof path === 'string' && isAbsolute(path)) shell.showItemInFolder(path);
  });
  ipcMain.handle('concord:save-pdf', (event, html: unknown, name: unknown) => savePdf(event, html, name));
}

function buildMenu(): Menu {
  const isMac = process.platform === 'darwin';
  const goTo = (page: string) => () => {
    const window = BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows()[0];
    // Only what stands behind the # changes: the page goes there without loading anew.
    void window?.loadURL(`${ORIGIN}/index.html${page}`);
  };
  return Menu.buildFromTemplate([
    ...(isMac ? [{ role: 'appMenu' as const }] : []),
    {
      label: 'File',
      submenu: [
        { label: 'New study…', click: goTo('#/new') },
        { label: 'Open study…', click: goTo('#/') },
        { type: 'separator' },
        isMac ? { role: 'close' } : { role: 'quit' },
      ],
    },
    // Undo belongs to the mask: the page has the key, so the menu must not take it.
    { label: 'Edit', submenu: [{ role: 'cut' }, { role: 'copy' }, { role: 'paste' }, { role: 'selectAll' }] },
    {
      label: 'View',
      submenu: [{ role: 'zoomIn' }, { role: 'zoomOut' }, { role: 'resetZoom' }, { role: 'togglefullscreen' }],
    },
    { role: 'windowMenu' },
    { label: 'Help', role: 'help', submenu: [{ label: 'Settings and keys', click: goTo('#/settings') }] },
  ]);
}

async function start(): Promise<void> {
  await app.whenReady();
  const pages = pagesFolder();
  const { backend, page } = await openBackend();
  protocol.handle('app', async (request) => {
    const { host, pathname } = new URL(request.url);
    if (host !== 'concord') return plain(404, 'There is nothing here.');
    return pathname.startsWith('/api/')
      ? hardened(await backend.fetch(request))
      : pageResponse(pages, pathname);
  });
  keepPagesHome();
  registerCalls();
  Menu.setApplicationMenu(buildMenu());
  createWindow(page);
  app.on('second-instance', () => {
    const [window] = BrowserWindow.getAllWindows();
    if (window?.isMinimized()) window.restore();
    window?.focus();
  });
  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) createWindow(page);
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

// A window that only connects holds no study: as many as one likes may run.
if (argument('--connect') !== undefined || app.requestSingleInstanceLock()) {
  start().catch((error: unknown) => {
    const sentence = error instanceof Error ? error.message : String(error);
    console.error(`concord: ${sentence}`);
    dialog.showErrorBox('Concord could not start', sentence);
    app.exit(1);
  });
} else {
  app.quit();
}
