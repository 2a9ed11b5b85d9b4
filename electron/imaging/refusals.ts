// Every way in which an image file is refused, in one place: stable codes and sentences that name the file.
import { basename } from 'node:path';
import { Problem } from '../contract/problem.ts';

/** The short name by which sentences call a file or folder. */
export function fileLabel(path: string): string {
  return `“${basename(path)}”`;
}

/** A refusal of the file at `path`: `what` continues the sentence that its name begins. */
export function refuse(code: string, path: string, what: string, cause?: unknown): Problem {
  return new Problem(code, `${fileLabel(path)} ${what}`, { status: 400, cause });
}

export function truncated(path: string, expected: number, found: number): Problem {
  const bytes = (n: number) => n.toLocaleString('en-US');
  return refuse(
    'file-truncated',
    path,
    `is cut short: its header promises ${bytes(expected)} bytes of voxels and ${bytes(found)} are there. ` +
      'Copy or export the file again.',
  );
}

export function damagedHeader(path: string, why: string): Problem {
  return refuse('header-damaged', path, `has a header that cannot be used: ${why}.`);
}

export function damagedCompression(path: string, cause: unknown): Problem {
  const code = (cause as NodeJS.ErrnoException)?.code;
  if (code === 'Z_BUF_ERROR') {
    return refuse(
      'file-truncated',
      path,
      'is cut short: its compressed data end too early. Copy or export the file again.',
      cause,
    );
  }
  return refuse(
    'file-damaged',
    path,
    'is damaged: its compressed data cannot be unpacked. Copy or export the file again.',
    cause,
  );
}

export function notAnImage(path: string): Problem {
  return refuse(
    'file-not-an-image',
    path,
    'is not an image that Concord reads: NIfTI (.nii, .nii.gz), NRRD, MetaImage (.mha, .mhd) or DICOM.',
  );
}

/** Turns what the operating system says about a path into a sentence; other errors come back unchanged. */
export function fileProblem(path: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException)?.code;
  if (code === 'ENOENT') {
    return new Problem('file-not-found', `There is no file or folder at ${path}.`, {
      status: 404,
      cause: error,
    });
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new Problem('file-not-readable', `${fileLabel(path)} may not be read: permission is denied.`, {
      status: 403,
      cause: error,
    });
  }
  return error;
}
