// NiiVue with one axial view over the whole window, driven through what it offers to every page.
import { Niivue, SLICE_TYPE } from '@niivue/niivue';

const canvas = document.createElement('canvas');
document.body.append(canvas);
const viewer = new Niivue({
  backColor: [0, 0, 0, 1],
  crosshairWidth: 0,
  isOrientCube: false,
  show3Dcrosshair: false,
  dragAndDropEnabled: false,
});

window.peer = {
  /** Shows the volume at `url`; settles when its first picture has been drawn. */
  async load(url) {
    await viewer.attachToCanvas(canvas, false);
    viewer.setSliceType(SLICE_TYPE.AXIAL);
    await viewer.loadVolumes([{ url }]);
    this.settled();
  },
  /** Takes up the pen, `radius` mm around the pointer. */
  brush(radius) {
    if (!viewer.drawBitmap) viewer.createEmptyDrawing();
    viewer.opts.penSize = Math.round((2 * radius) / viewer.volumes[0].pixDimsRAS[1]);
    viewer.setDrawingEnabled(true);
    viewer.setPenValue(1, false);
  },
  /** Puts the pen down. */
  look() {
    viewer.setDrawingEnabled(false);
  },
  /** Waits until the graphics have drawn what they were told. */
  settled() {
    viewer.gl.readPixels(0, 0, 1, 1, viewer.gl.RGBA, viewer.gl.UNSIGNED_BYTE, new Uint8Array(4));
  },
  /** Voxels that are drawn. */
  marked() {
    return viewer.drawBitmap.reduce((sum, value) => sum + (value > 0), 0);
  },
  /** Where the axial slice is, in voxels. */
  slice() {
    return Math.round(viewer.scene.crosshairPos[2] * viewer.volumes[0].dimsRAS[3] - 0.5);
  },
};
