// One session run and nothing else, in a process of its own as a job's is: `node bare-run.ts MODEL IMAGE` prints its ms.
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { readVolume } from '../../electron/imaging/index.ts';

const [model, image] = process.argv.slice(2);
const { grid, voxels } = await readVolume(image);
const session = await InferenceSession.create(model, { executionProviders: ['cpu'] });
const [i, j, k] = grid.shape;
const values = Float32Array.from(voxels, (value) => value / 255);
const input = new Tensor('float32', values, [1, 1, k, j, i]);
const start = performance.now();
await session.run({ [session.inputNames[0]]: input });
console.log(performance.now() - start);
