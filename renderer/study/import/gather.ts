// From what a person picked or dropped to paths the backend can read. The desktop knows paths; a browser uploads.
import { upload } from '../../api/cases.ts';
import { desktop } from '../../app/desktop.ts';

/** A file and the folder it came out of, '' when it was picked or dropped by itself. */
export interface GatheredFile {
  file: File;
  folder: string;
}

/** Everything in a drop: paths on the desktop; in a browser the files, folders walked to their end. */
export async function gatherDrop(
  transfer: DataTransfer,
): Promise<{ paths: string[]; files: GatheredFile[] }> {
  const bridge = desktop();
  if (bridge) {
    const paths = [...transfer.files].map((file) => bridge.pathForFile(file)).filter(Boolean);
    return { paths, files: [] };
  }
  // Entries must be taken before the first await: the drop forgets them afterwards.
  const entries = [...transfer.items]
    .map((item) => item.webkitGetAsEntry())
    .filter((entry) => entry !== null);
  const files: GatheredFile[] = [];
  for (const entry of entries) await walk(entry, '', files);
  return { paths: [], files };
}

async function walk(entry: FileSystemEntry, folder: string, into: GatheredFile[]): Promise<void> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    if (!file.name.startsWith('.')) into.push({ file, folder });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const inside = folder ? `${folder}/${entry.name}` : entry.name;
  for (;;) {
    // A directory is read a hundred entries at a time, until there are no more.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return;
    for (const child of some) await walk(child, inside, into);
  }
}

/** Files chosen in a file input; those of a folder input keep their folder. */
export function gatherInput(files: Iterable<File>): GatheredFile[] {
  return [...files]
    .filter((file) => !file.name.startsWith('.'))
    .map((file) => ({ file, folder: file.webkitRelativePath.split('/').slice(0, -1).join('/') }));
}

const VOLUME_NAME = /\.(nii|nii\.gz|nrrd|nhdr|mha|mhd)$/i;
const VOLUME_DATA = /\.(raw|zraw)(\.gz)?$/i;

export interface Uploaded {
  /** What to inspect: volume files one by one, and whole batches that may hold DICOM. */
  paths: string[];
  /** How a batch was called where it came from; its own name is only random. */
  folderNames: Map<string, string>;
}

/** One batch of an upload: files that lie together because they may belong together. */
export interface Batch {
  id: string;
  name: string;
  files: File[];
  /** Inspect the batch as a folder; otherwise the volume files in it one by one. */
  asFolder: boolean;
}

/** Which files go together: each folder by itself; loose volumes with their data; other loose files, perhaps DICOM. */
export function planBatches(files: readonly GatheredFile[], newId: () => string): Batch[] {
  const batches = new Map<string, Batch>();
  for (const { file, folder } of files) {
    const loose = folder === '';
    const volume = VOLUME_NAME.test(file.name) || VOLUME_DATA.test(file.name);
    const key = loose ? (volume ? '/volumes' : '/others') : folder;
    const name = folder.split('/').at(-1) || 'DICOM series';
    if (!batches.has(key)) batches.set(key, { id: newId(), name, files: [], asFolder: !loose || !volume });
    batches.get(key)!.files.push(file);
  }
  // One file by itself is looked at as a file, whatever it is called.
  return [...batches.values()].map((batch) => ({
    ...batch,
    asFolder: batch.asFolder && batch.files.length > 1,
  }));
}

/**
 * Uploads files to the browser host and answers what to inspect. `progress` is a fraction of all bytes.
 * Throws Problem when a file cannot be stored; what came before it is cleared away by the host.
 */
export async function uploadFiles(
  study: string,
  files: readonly GatheredFile[],
  progress: (fraction: number) => void,
): Promise<Uploaded> {
  const total = files.reduce((sum, { file }) => sum + file.size, 0) || 1;
  const uploaded: Uploaded = { paths: [], folderNames: new Map() };
  let sent = 0;
  for (const batch of planBatches(files, () => crypto.randomUUID().replaceAll('-', ''))) {
    let at = '';
    for (const file of batch.files) {
      at = await upload(study, file, file.name, batch.id);
      if (!batch.asFolder && (batch.files.length === 1 || VOLUME_NAME.test(file.name)))
        uploaded.paths.push(at);
      sent += file.size;
      progress(sent / total);
    }
    if (batch.asFolder) uploaded.paths.push(at.slice(0, at.lastIndexOf('/')));
    uploaded.folderNames.set(batch.id, batch.name);
  }
  return uploaded;
}

/** Uploads one file by itself and answers its path. */
export function uploadOne(study: string, file: File): Promise<string> {
  return upload(study, file, file.name, crypto.randomUUID().replaceAll('-', ''));
}
