// Commands of the views: where they are, how they hang, what they show, measuring and pictures.
import type { Plane } from '../viewer/slice-geometry.ts';
import { THICKEST_SLAB_MM, THINNEST_SLAB_MM } from '../viewer/slab.ts';
import { CT_WINDOWS } from '../viewer/windows.ts';
import { command, drawing, step } from './command-kinds.ts';
import type { AnyRoom } from './current-room.svelte.ts';
import { roomLayout } from './layout.svelte.ts';
import { copyPicture, savePicture } from './pictures.ts';
import { chooseLayout, enlargeFourth, LAYOUTS } from './view-layout.ts';

const isCt = (room: AnyRoom) => room.picture.data.modality === 'CT';

function turnFrom(view: AnyRoom['view'], from: Plane): void {
  view.fourth = 'oblique';
  view.oblique = { from, turn: 20, tilt: 0 };
}

function thicken(view: AnyRoom['view'], step: 1 | -1): void {
  const mm = Math.min(THICKEST_SLAB_MM, Math.max(THINNEST_SLAB_MM, view.slab.mm + step));
  view.slab = { ...view.slab, mm };
}

export const viewCommands = [
  command('View', 'overlay', 'Mask off while held', ['Q'], ({ view }) => (view.overlay = false), {
    release: ({ view }) => (view.overlay = true),
    keysOnly: true,
  }),
  command('View', 'outline', 'Outline on or off', ['W'], ({ view }) => (view.outline = !view.outline)),
  command(
    'View',
    'crosshair',
    'Crosshair on or off',
    ['X'],
    ({ view }) => (view.crosshairShown = !view.crosshairShown),
  ),
  command(
    'View',
    'slice-previous',
    'Previous slice',
    ['A', 'PageDown'],
    ({ view }) => view.scroll(view.active, -1),
    step,
  ),
  command(
    'View',
    'slice-next',
    'Next slice',
    ['D', 'PageUp'],
    ({ view }) => view.scroll(view.active, 1),
    step,
  ),
  command('View', 'crosshair-left', 'Crosshair left', ['ArrowLeft'], ({ view }) => view.nudge(-1, 0), step),
  command('View', 'crosshair-right', 'Crosshair right', ['ArrowRight'], ({ view }) => view.nudge(1, 0), step),
  command('View', 'crosshair-up', 'Crosshair up', ['ArrowUp'], ({ view }) => view.nudge(0, -1), step),
  command('View', 'crosshair-down', 'Crosshair down', ['ArrowDown'], ({ view }) => view.nudge(0, 1), step),
  command('View', 'reset-views', 'Fit the picture', ['0'], ({ view }) => view.resetViews()),
  command('View', 'maximise', 'Active view large, and back', ['Enter'], ({ view }) => {
    if (view.layout === 'one' && view.main === view.active) view.layout = 'one-and-three';
    else chooseLayout(view, 'one');
  }),
  command('View', 'layout-next', 'Next layout of the views', ['Y'], ({ view }) => {
    chooseLayout(view, LAYOUTS[(LAYOUTS.indexOf(view.layout) + 1) % LAYOUTS.length]);
  }),
  drawing('View', 'measure-ruler', 'Ruler', ['R'], ({ view }) => view.measures.choose('ruler')),
  drawing('View', 'measure-angle', 'Angle', ['Alt+A'], ({ view }) => view.measures.choose('angle')),
  drawing('View', 'measure-ellipse', 'Values in an ellipse', ['Alt+E'], ({ view }) =>
    view.measures.choose('ellipse'),
  ),
  command(
    'View',
    'measure-end',
    'Stop measuring',
    ['Escape'],
    ({ view: { measures } }) => measures.cancel() || measures.choose(null),
    { when: ({ view, editor }) => Boolean(view.measures?.tool) && !editor.pending, keysOnly: true },
  ),
  command('View', 'measures-shown', 'Measurements on or off', ['Alt+Shift+R'], ({ view: { measures } }) => {
    measures.shown = !measures.shown;
  }),
  command('View', 'oblique', 'Oblique view in place of 3D, and back', ['Alt+O'], ({ view }) => {
    view.fourth = view.fourth === 'oblique' ? 'surfaces' : 'oblique';
  }),
  command('View', 'oblique-axial', 'Oblique view from axial', ['Alt+7'], ({ view }) =>
    turnFrom(view, 'axial'),
  ),
  command('View', 'oblique-coronal', 'Oblique view from coronal', ['Alt+8'], ({ view }) =>
    turnFrom(view, 'coronal'),
  ),
  command('View', 'oblique-sagittal', 'Oblique view from sagittal', ['Alt+9'], ({ view }) =>
    turnFrom(view, 'sagittal'),
  ),
  command('View', 'lens', 'Lens while held', ['Z'], ({ view }) => (view.lens = true), {
    release: ({ view }) => (view.lens = false),
  }),
  command('View', 'cine', 'Run through the slices, or stop', ['Alt+P'], ({ view }) => view.cine.toggle()),
  command('View', 'slab-next', 'Slab: slice, MIP, MinIP, mean', ['Shift+S'], ({ view }) => {
    const modes = ['off', 'maximum', 'minimum', 'mean'] as const;
    view.slab = { ...view.slab, mode: modes[(modes.indexOf(view.slab.mode) + 1) % modes.length] };
  }),
  command('View', 'slab-thicker', 'Thicker slab', ['Alt+ArrowUp'], ({ view }) => thicken(view, 1), step),
  command('View', 'slab-thinner', 'Thinner slab', ['Alt+ArrowDown'], ({ view }) => thicken(view, -1), step),
  command('View', 'picture-save', 'Save a picture of the views', ['Alt+S'], (room) => savePicture(room)),
  command('View', 'picture-copy', 'Copy a picture of the views', ['Alt+C'], () => copyPicture()),
  ...(['axial', 'coronal', 'sagittal'] as const).map((plane, index) =>
    command('View', `main-${plane}`, `Large view: ${plane}`, [`F${2 + index}`], ({ view }) => {
      view.main = plane;
      view.active = plane;
      view.enlarged = false;
    }),
  ),
  command('View', 'main-fourth', 'Large view: 3D or oblique, and back', ['F5'], ({ view }) =>
    enlargeFourth(view),
  ),
  command('View', 'linked-next', 'Next second volume, or none', ['Alt+V'], ({ linked }) => linked.next(), {
    when: ({ linked }) => Boolean(linked?.list.length),
  }),
  command(
    'View',
    'linked-alone',
    'Second volume alone while held',
    ['Shift+V'],
    ({ view }) => (view.fusion.alone = true),
    {
      release: ({ view }) => (view.fusion.alone = false),
      when: ({ view }) => Boolean(view.fusion?.volume),
      keysOnly: true,
    },
  ),
  command('View', 'smooth', 'Smooth or exact pixels', ['Alt+I'], ({ view }) => (view.smooth = !view.smooth)),
  command('View', 'window-reset', 'Window that suits the picture', ['Alt+0'], ({ view }) =>
    view.resetWindow(),
  ),
  ...CT_WINDOWS.map(({ id, name, width, level }, index) =>
    command(
      'View',
      `window-${id}`,
      `Window: ${name.toLowerCase()}`,
      [`Alt+${index + 1}`],
      ({ view }) => {
        view.setWindow(width, level);
      },
      { when: isCt },
    ),
  ),
  command('View', 'left-rail', 'Show or hide the tools', [','], () => roomLayout.toggleLeft()),
  drawing('View', 'right-rail', 'Show or hide AI and history', ['.'], () => roomLayout.toggleRight()),
];
