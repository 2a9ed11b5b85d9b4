// Strokes sent to the browser host as the page sends them, one after another, with no page drawing beside it.
import { studyOnHost } from '../../test/fixtures/study-on-host.ts';
import type { Read, WorklistItem } from '../../electron/contract/reads.ts';
import { material, ORGANS } from './material.ts';
import { startHost } from './start-host.ts';

/** Strokes before the first that counts: code warms up, the read is loaded into memory. */
const UNCOUNTED = 10;
/** A reader does not draw without pause. */
const PAUSE_MS = 15;

/** Milliseconds from sending each of `strokes` (patch bytes) to its acknowledgement. */
export async function strokesOverHttp(strokes: Uint8Array[], say: (line: string) => void): Promise<number[]> {
  const { image } = await material(say);
  const host = await startHost();
  try {
    say('importing the phantom …');
    const { origin, token } = host.address;
    const study = await studyOnHost(host.address, image, ORGANS);
    const { id, reader, call } = study;
    const [{ assignmentId }] = await call<WorklistItem[]>(
      'GET',
      `/studies/${id}/worklist`,
      undefined,
      reader,
    );
    const read = await call<Read>('POST', `/studies/${id}/reads`, { assignmentId }, reader);
    say(`${strokes.length} strokes over HTTP …`);
    const samples: number[] = [];
    for (const [n, body] of strokes.entries()) {
      const query = new URLSearchParams({
        seq: String(n + 1),
        tool: 'brush',
        label: '1',
        milliseconds: '400',
      });
      const began = performance.now();
      const answer = await fetch(`${origin}/api/studies/${id}/reads/${read.id}/patches?${query}`, {
        method: 'POST',
        headers: {
          'x-concord-token': token,
          'x-concord-lease': read.lease!,
          authorization: `Bearer ${reader}`,
          'content-type': 'application/octet-stream',
        },
        body: body as Uint8Array<ArrayBuffer>,
      });
      await answer.arrayBuffer();
      if (!answer.ok) throw new Error(`a stroke was answered with ${answer.status}`);
      if (n >= UNCOUNTED) samples.push(performance.now() - began);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    return samples;
  } finally {
    await host.stop();
  }
}
