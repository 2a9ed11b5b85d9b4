// Cornerstone3D with one axial volume viewport over the whole window, driven through its tools.
import {
  Enums,
  eventTarget,
  imageLoader,
  init as initCore,
  RenderingEngine,
  setVolumesForViewports,
  volumeLoader,
} from '@cornerstonejs/core';
import {
  cornerstoneNiftiImageLoader,
  createNiftiImageIdsAndCacheMetadata,
  init as initNifti,
} from '@cornerstonejs/nifti-volume-loader';
import {
  addTool,
  BrushTool,
  Enums as ToolEnums,
  init as initTools,
  segmentation,
  StackScrollTool,
  ToolGroupManager,
  utilities,
} from '@cornerstonejs/tools';

const VIEWPORT = 'axial';
const LABELS = 'labels';
const BRUSH = 'CircularBrush';
const { MouseBindings } = ToolEnums;
const element = document.createElement('div');
document.body.append(element);
let volume;
let labels;
let viewport;
let group;

function tools() {
  addTool(BrushTool);
  addTool(StackScrollTool);
  group = ToolGroupManager.createToolGroup('reading');
  group.addTool(StackScrollTool.toolName);
  group.addToolInstance(BRUSH, BrushTool.toolName, { activeStrategy: 'FILL_INSIDE_CIRCLE' });
  group.addViewport(VIEWPORT, viewport.renderingEngineId);
  group.setToolActive(StackScrollTool.toolName, { bindings: [{ mouseButton: MouseBindings.Wheel }] });
}

/** Settles in the first frame in which the middle of the view shows something. */
function pictureShown() {
  return new Promise((resolve) => {
    const look = () => {
      const canvas = element.querySelector('canvas');
      const [x, y] = [canvas.width / 2 - 4, canvas.height / 2 - 4];
      const { data } = canvas.getContext('2d').getImageData(x, y, 8, 8);
      if (data.some((value, n) => n % 4 !== 3 && value > 20)) resolve();
      else requestAnimationFrame(look);
    };
    look();
  });
}

window.peer = {
  async load(url) {
    await initCore();
    await initNifti();
    await initTools();
    imageLoader.registerImageLoader('nifti', cornerstoneNiftiImageLoader);
    const imageIds = await createNiftiImageIdsAndCacheMetadata({ url });
    volume = await volumeLoader.createAndCacheVolume('scan', { imageIds });
    const engine = new RenderingEngine('engine');
    engine.enableElement({
      viewportId: VIEWPORT,
      type: Enums.ViewportType.ORTHOGRAPHIC,
      element,
      defaultOptions: { orientation: Enums.OrientationAxis.AXIAL },
    });
    viewport = engine.getViewport(VIEWPORT);
    const complete = new Promise((resolve) =>
      eventTarget.addEventListener(Enums.Events.IMAGE_VOLUME_LOADING_COMPLETED, resolve, { once: true }),
    );
    volume.load();
    await setVolumesForViewports(engine, [{ volumeId: 'scan' }], [VIEWPORT]);
    await complete;
    viewport.setProperties({ voiRange: { lower: -160, upper: 240 } });
    viewport.render();
    await pictureShown();
    tools();
  },
  async brush(radius) {
    if (!labels) {
      labels = await volumeLoader.createAndCacheDerivedLabelmapVolume('scan', { volumeId: LABELS });
      const type = ToolEnums.SegmentationRepresentations.Labelmap;
      segmentation.addSegmentations([
        { segmentationId: LABELS, representation: { type, data: { volumeId: LABELS } } },
      ]);
      await segmentation.addSegmentationRepresentations(VIEWPORT, [{ segmentationId: LABELS, type }]);
    }
    utilities.segmentation.setBrushSizeForToolGroup('reading', radius);
    group.setToolActive(BRUSH, { bindings: [{ mouseButton: MouseBindings.Primary }] });
  },
  look() {
    group.setToolPassive(BRUSH);
  },
  settled() {
    element.querySelector('canvas').getContext('2d').getImageData(0, 0, 1, 1);
  },
  marked() {
    return labels.voxelManager.getCompleteScalarDataArray().reduce((sum, value) => sum + (value > 0), 0);
  },
  slice() {
    return viewport.getSliceIndex();
  },
};
