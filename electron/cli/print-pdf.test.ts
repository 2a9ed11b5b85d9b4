// A PDF where Electron is; a plain sentence where it is not.
import { tmpdir } from 'node:os';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { findElectron, printPdf } from './print-pdf.ts';

afterEach(() => vi.unstubAllEnvs());
const canPrint = findElectron() !== null && (process.platform !== 'linux' || Boolean(process.env['DISPLAY']));

describe('printPdf', () => {
  it('says what is missing where there is no Electron', async () => {
    vi.stubEnv('ELECTRON_OVERRIDE_DIST_PATH', tmpdir());
    await expect(printPdf('<p>x</p>')).rejects.toMatchObject({
      code: 'pdf-needs-window',
      message: expect.stringMatching(/no Electron here.*\.html/) as string,
    });
  });
  it.skipIf(!canPrint)('prints where Electron and a display are (skipped where they are not)', async () => {
    const pdf = await printPdf('<!doctype html><h1>Agreement</h1>');
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    expect(pdf.length).toBeGreaterThan(1000);
  });
});
