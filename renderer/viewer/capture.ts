// A picture of the views as they are on screen: canvases, and the words over them.
/** Fired on a 3D view's canvas before it is copied: its owner draws it anew, since a WebGL picture does not last. */
export const CAPTURE_EVENT = 'concord-capture';

/** PNG of everything below `views`, in the screen's true pixels. */
export async function captureViews(views: HTMLElement): Promise<Blob> {
  const ratio = window.devicePixelRatio || 1;
  const frame = views.getBoundingClientRect();
  const sheet = document.createElement('canvas');
  sheet.width = Math.round(frame.width * ratio);
  sheet.height = Math.round(frame.height * ratio);
  const context = sheet.getContext('2d')!;
  context.scale(ratio, ratio);
  context.translate(-frame.left, -frame.top);
  context.fillStyle = getComputedStyle(views).backgroundColor;
  context.fillRect(frame.left, frame.top, frame.width, frame.height);
  for (const view of views.querySelectorAll<HTMLElement>('[data-view]')) paintView(context, view);
  return new Promise((resolve, reject) =>
    sheet.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error('The picture could not be made.'))),
      'image/png',
    ),
  );
}

function paintView(context: CanvasRenderingContext2D, view: HTMLElement): void {
  const box = view.getBoundingClientRect();
  context.save();
  context.beginPath();
  context.rect(box.left, box.top, box.width, box.height);
  context.clip();
  context.fillStyle = '#000';
  context.fillRect(box.left, box.top, box.width, box.height);
  for (const canvas of view.querySelectorAll('canvas')) {
    canvas.dispatchEvent(new Event(CAPTURE_EVENT, { bubbles: true }));
    const at = canvas.getBoundingClientRect();
    if (canvas.width > 0 && canvas.height > 0)
      context.drawImage(canvas, at.left, at.top, at.width, at.height);
  }
  for (const words of view.querySelectorAll<HTMLElement>('[data-words] span, span[data-words], .scale')) {
    paintWords(context, words);
  }
  context.restore();
}

function paintWords(context: CanvasRenderingContext2D, element: HTMLElement): void {
  const box = element.getBoundingClientRect();
  const style = getComputedStyle(element);
  if (element.classList.contains('scale')) {
    context.strokeStyle = style.borderBottomColor;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(box.left, box.top);
    context.lineTo(box.left, box.bottom);
    context.lineTo(box.right, box.bottom);
    context.lineTo(box.right, box.top);
    context.stroke();
    return;
  }
  if (element.childElementCount > 0) return;
  const text = element.textContent.trim();
  if (text === '' || box.width === 0) return;
  context.font = `${style.fontSize} ${style.fontFamily}`;
  context.textBaseline = 'middle';
  const y = box.top + box.height / 2;
  const x = box.left + Number.parseFloat(style.paddingLeft);
  context.lineWidth = 3;
  context.lineJoin = 'round';
  context.strokeStyle = 'rgb(0 0 0 / 80%)';
  context.strokeText(text, x, y);
  context.fillStyle = style.color;
  context.fillText(text, x, y);
}
