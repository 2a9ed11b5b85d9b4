// Pictures of the views, to a file or the clipboard. Titles are blinded as the room's are.
import { saveAs } from '../ui/save.ts';
import { toasts } from '../ui/toasts.svelte.ts';
import { captureViews } from '../viewer/capture.ts';
import type { AnyRoom } from './current-room.svelte.ts';

function take(): Promise<Blob> {
  const views = document.querySelector<HTMLElement>('[data-views]');
  return views ? captureViews(views) : Promise.reject(new Error('There is no view to take a picture of.'));
}

export async function savePicture(room: AnyRoom): Promise<void> {
  try {
    const title = room.kind === 'reading' ? `${room.read.title}, ${room.read.round.name}` : room.title;
    saveAs(await take(), `${title}.png`);
  } catch (error) {
    toasts.fail(error);
  }
}

export async function copyPicture(): Promise<void> {
  try {
    // The clipboard takes a promise: the press of the button counts even though the picture takes a moment.
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': take() })]);
    toasts.show({ tone: 'good', text: 'The picture is on the clipboard.' });
  } catch {
    toasts.show({
      tone: 'bad',
      text: 'The clipboard could not be written to. Save the picture as a file instead.',
    });
  }
}
