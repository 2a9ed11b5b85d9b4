// The first draft: the mask that a reader drew before seeing the AI's, kept for ever beside the read.
import { appendAudit } from '../../database/audit.ts';
import { Problem } from '../../contract/problem.ts';
import type { MaskClient } from '../../workers/mask-client.ts';
import type { OpenStudy } from '../context.ts';
import type { Editor, ReadService } from '../reads/service.ts';
import { loadComposition } from './compose.ts';
import type { LiveReads } from './live.ts';
import { insertRevision } from './store.ts';

export function createFirstDrafts(needs: { reads: ReadService; client: MaskClient; live: LiveReads }) {
  const { reads, client, live } = needs;

  /**
   * Keeps the mask as it is as the read's first draft; AI masks may enter from then on. Asking again changes nothing.
   * Throws Problem `first-draft-not-asked` (another arm), `first-draft-empty`, and the refusals of every write.
   */
  async function keepFirstDraft(study: OpenStudy, readId: string, editor: Editor): Promise<void> {
    await live.inTurn(study, readId, async () => {
      const record = await reads.editable(study.database.read, readId, editor);
      if (record.round.arm !== 'after-draft') {
        throw new Problem(
          'first-draft-not-asked',
          'This read asks for no first draft. Nothing was changed.',
          {
            status: 409,
          },
        );
      }
      if (record.firstDraftAt !== null) return;
      if (record.lastSeq === 0) {
        throw new Problem(
          'first-draft-empty',
          'Nothing is drawn yet. Draw the structures, then keep them as your first draft.',
          { status: 409 },
        );
      }
      const { snapshotSeq: _none, ...composition } = await loadComposition(
        study.database.read,
        record,
        record.lastSeq,
      );
      const mask = await client.compose(composition);
      await study.database.write(async (tx) => {
        await reads.editable(tx, readId, editor);
        const at = new Date(reads.now()).toISOString();
        const revisionId = await insertRevision(tx, {
          readId,
          caseId: record.caseId,
          kind: 'revision',
          patchSeq: record.lastSeq,
          mask,
          provenance: { firstDraft: true },
          at,
        });
        await reads.markFirstDraft(tx, readId, { at, revisionId });
        const details = { sha256: mask.sha256, counts: mask.counts, patches: record.lastSeq };
        const actor = editor.person.name;
        await appendAudit(tx, { actor, action: 'read.first-draft', subject: readId, details }, at);
      });
    });
  }

  return { keepFirstDraft };
}
