// Opens the next read that is due, from the worklist or from the reading room.
import * as reads from '../api/reads.ts';
import { router } from '../app/router.svelte.ts';
import { toasts } from '../ui/toasts.svelte.ts';
import { nextItem } from './order.ts';

/** Opens the next read that is due, or says that there is none. */
export async function openNext(study: string): Promise<void> {
  const open = router.route.page === 'reading' ? router.route.assignment : null;
  const next = nextItem(await reads.worklist(study), open);
  if (next) router.go({ page: 'reading', study, assignment: next.assignmentId });
  else
    toasts.show({
      tone: 'info',
      text: 'No other read is due now. The worklist says when the next one opens.',
    });
}
