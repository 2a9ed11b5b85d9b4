// `npm run package [-- --dir]`: the application as people install it, for the platform it is built on.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBundles } from './bundle.mjs';
import { ensureDependencies, ROOT, runNode, say } from './setup.mjs';

/** Packages that are not bundled: native ones, and those that find files of their own beside themselves. */
const KEPT_APART = ['better-sqlite3', 'onnxruntime-node', 'piscina', 'dcmjs', '@itk-wasm/dicom'];

/** Those packages and everything they need in turn, as folder names below node_modules. */
function withNeeds(names) {
  const found = new Set();
  const visit = (name) => {
    const file = join(ROOT, 'node_modules', name, 'package.json');
    if (found.has(name) || !existsSync(file)) return;
    found.add(name);
    const { dependencies = {}, optionalDependencies = {} } = JSON.parse(readFileSync(file, 'utf8'));
    Object.keys({ ...dependencies, ...optionalDependencies }).forEach(visit);
  };
  names.forEach(visit);
  return [...found].sort();
}

/** Native files for other platforms than this one stay out. */
function foreignBinaries() {
  const here = `${process.platform}-${process.arch}`;
  const sqlite = [
    'darwin-arm64',
    'darwin-x64',
    'linux-arm64',
    'linux-x64',
    'linuxmusl-arm64',
    'linuxmusl-x64',
    'win32-arm64',
    'win32-x64',
  ];
  const onnx = ['darwin/arm64', 'linux/arm64', 'linux/x64', 'win32/arm64', 'win32/x64'];
  return [
    ...sqlite
      .filter((name) => !name.endsWith(here))
      .map((name) => `!node_modules/better-sqlite3/prebuilds/${name}.node`),
    ...onnx
      .filter((name) => name !== here.replace('-', '/'))
      .map((name) => `!node_modules/onnxruntime-node/bin/napi-v6/${name}/**`),
  ];
}

function configuration() {
  const kept = withNeeds(KEPT_APART);
  const outside = kept.map((name) => `node_modules/${name}/**`);
  return {
    appId: 'org.concord.workstation',
    productName: 'Concord',
    copyright: 'Copyright 2026 Concord contributors',
    directories: { output: 'dist' },
    asar: true,
    // The native packages carry Node-API binaries that fit every Electron: nothing is compiled.
    npmRebuild: false,
    files: [
      'package.json',
      'LICENSE',
      'out/electron/**',
      'out/renderer/**',
      'models/**',
      '!node_modules/**',
      ...outside,
      '!node_modules/better-sqlite3/{deps,src}/**',
      '!node_modules/onnxruntime-node/script/**',
      ...foreignBinaries(),
      '!**/*.{map,md,d.ts,d.mts,d.cts}',
    ],
    // What native code, worker threads and child processes open must lie on the disk as it is.
    asarUnpack: ['out/electron/workers/**', 'models/**', 'node_modules/**'],
    linux: { target: ['AppImage', 'deb'], category: 'Science', executableName: 'concord' },
    mac: { target: ['dmg'], category: 'public.app-category.medical' },
    win: { target: ['nsis'] },
  };
}

/** A tree of Electron that is on this machine already, so that nothing has to be fetched. */
function electronHere() {
  const folder = process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(ROOT, 'node_modules', 'electron', 'dist');
  const file = join(folder, 'version');
  if (!existsSync(file)) return {};
  return { electronDist: folder, electronVersion: readFileSync(file, 'utf8').trim().replace(/^v/, '') };
}

await ensureDependencies();
await ensureBundles();
mkdirSync(join(ROOT, 'out'), { recursive: true });
const file = join(ROOT, 'out', 'electron-builder.json');
writeFileSync(file, JSON.stringify({ ...configuration(), ...electronHere() }, null, 2));
const builder = join(ROOT, 'node_modules', 'electron-builder', 'cli.js');
const code = await runNode([builder, '--config', file, '--publish', 'never', ...process.argv.slice(2)]);
if (code === 0) say('Concord: packaged into dist/.');
process.exitCode = code;
