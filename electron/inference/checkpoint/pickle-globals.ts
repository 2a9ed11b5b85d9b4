// The allow-list: every Python name a checkpoint may mention, and the harmless stand-in for calling it.
import { decodeNumbers, fillArray, isShape } from './numpy-values.ts';
import {
  Global,
  NumpyArray,
  NumpyType,
  OpaqueRecord,
  TorchTensor,
  type StorageType,
  type TorchStorage,
} from './pickle-values.ts';

type Call = (args: unknown[]) => unknown;

const STORAGES: Record<string, StorageType> = {
  DoubleStorage: 'float64',
  FloatStorage: 'float32',
  HalfStorage: 'float16',
  BFloat16Storage: 'bfloat16',
  LongStorage: 'int64',
  IntStorage: 'int32',
  ShortStorage: 'int16',
  CharStorage: 'int8',
  ByteStorage: 'uint8',
  BoolStorage: 'bool',
  UntypedStorage: 'uint8',
};

const TORCH_TYPES: Record<string, StorageType> = {
  'torch.float64': 'float64',
  'torch.float32': 'float32',
  'torch.float16': 'float16',
  'torch.bfloat16': 'bfloat16',
  'torch.int64': 'int64',
  'torch.int32': 'int32',
  'torch.int16': 'int16',
  'torch.int8': 'int8',
  'torch.uint8': 'uint8',
  'torch.bool': 'bool',
};

/** The element type of a torch storage class, or null where the name is no such class. */
export function storageTypeOf(name: string): StorageType | null {
  const match = /^torch\.(?:cuda\.|storage\.)?(\w+Storage)$/.exec(name);
  return match ? (STORAGES[match[1]] ?? null) : null;
}

const CALLS: Record<string, Call> = {
  'collections.OrderedDict': ([pairs]) => new Map(pairsOf(pairs)),
  'collections.defaultdict': ([, pairs]) => new Map(pairsOf(pairs)),
  'collections.Counter': ([counts]) => (counts instanceof Map ? counts : new Map()),
  'collections.deque': ([values]) => listOf(values),
  'builtins.list': ([values]) => listOf(values),
  'builtins.tuple': ([values]) => listOf(values),
  'builtins.set': ([values]) => new Set(listOf(values)),
  'builtins.frozenset': ([values]) => new Set(listOf(values)),
  'builtins.dict': ([pairs]) => new Map(pairsOf(pairs)),
  'builtins.int': ([value]) => value ?? 0,
  'builtins.float': ([value]) => value ?? 0,
  'builtins.bool': ([value]) => value ?? false,
  'builtins.str': ([value]) => value ?? '',
  'builtins.bytes': ([value]) => (value instanceof Uint8Array ? value : new Uint8Array(0)),
  'builtins.bytearray': ([text]) => (typeof text === 'string' ? latin1(text) : (text ?? new Uint8Array(0))),
  'builtins.slice': (args) => args,
  '_codecs.encode': ([text]) => latin1(String(text)),
  'numpy.dtype': ([code]) => new NumpyType(String(code).replace(/^[<>|=]/, '')),
  'numpy.ndarray': () => new NumpyArray(),
  'numpy.core.multiarray._reconstruct': () => new NumpyArray(),
  'numpy.core.multiarray.scalar': scalar,
  'numpy.core.numeric._frombuffer': ([bytes, type, shape, order]) => {
    const array = new NumpyArray();
    fillArray(array, [1, shape, type, order === 'F', bytes]);
    return array;
  },
  'torch._utils._rebuild_tensor': (args) => tensor(args),
  'torch._utils._rebuild_tensor_v2': (args) => tensor(args),
  'torch._utils._rebuild_tensor_v3': (args) => tensor(args, args[6]),
  'torch._utils._rebuild_parameter': ([data]) => data,
  'torch._utils._rebuild_parameter_with_state': ([data]) => data,
  'torch.device': (args) => new OpaqueRecord('torch.device', args),
  'torch.Size': ([values]) => listOf(values),
  'pathlib.PosixPath': (args) => args.map(String).join('/'),
  'pathlib.WindowsPath': (args) => args.map(String).join('/'),
  'pathlib.PurePosixPath': (args) => args.map(String).join('/'),
  'copyreg._reconstructor': ([made]) => {
    if (!(made instanceof Global)) throw new RangeError('a class is missing');
    return made.call ? made.call([]) : new OpaqueRecord(made.name, []);
  },
};

/** Classes and functions that are only ever mentioned or kept as records, never called. */
const RECORDS = [
  /^nnunet(v2)?\.(training|preprocessing|imageio|experiment_planning|utilities|postprocessing|network_architecture)(\.\w+)+$/,
  /^dynamic_network_architectures(\.\w+)+$/,
  /^torch\.nn\.modules\.(conv|instancenorm|batchnorm|activation|dropout)\.\w+$/,
  /^torch\.torch_version\.TorchVersion$/,
  /^numpy\.(float|int|uint)(16|32|64|8)$/,
  /^numpy\.bool_?$/,
  /^builtins\.object$/,
];

/** The stand-in for a Python name, or null where it is not on the list and must be refused. */
export function allowedGlobal(module: string, name: string): Global | null {
  const full = `${module === '__builtin__' ? 'builtins' : module.replace(/^numpy\._core\b/, 'numpy.core')}.${
    name
  }`.replace(/^copy_reg\./, 'copyreg.');
  const call = Object.hasOwn(CALLS, full) ? CALLS[full] : null;
  if (call) return new Global(full, call);
  if (storageTypeOf(full) || Object.hasOwn(TORCH_TYPES, full)) return new Global(full, null);
  if (RECORDS.some((pattern) => pattern.test(full)))
    return new Global(full, (args) => new OpaqueRecord(full, args));
  return null;
}

function pairsOf(value: unknown): [unknown, unknown][] {
  if (value === undefined || value === null) return [];
  if (value instanceof Map) return [...(value as Map<unknown, unknown>)];
  const pairs = listOf(value);
  if (!pairs.every((pair) => Array.isArray(pair) && pair.length === 2))
    throw new RangeError('a dictionary is not made of pairs');
  return pairs as [unknown, unknown][];
}

function listOf(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value as unknown[];
  if (value instanceof Set) return [...(value as Set<unknown>)];
  throw new RangeError('a list is not a list');
}

function latin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let n = 0; n < text.length; n++) {
    const code = text.charCodeAt(n);
    if (code > 255) throw new RangeError('bytes are not bytes');
    bytes[n] = code;
  }
  return bytes;
}

function scalar([type, data]: unknown[]): unknown {
  if (!(type instanceof NumpyType)) throw new RangeError('a numpy number has no type');
  if (type.code.startsWith('O')) return data;
  if (!(data instanceof Uint8Array)) throw new RangeError('a numpy number has no bytes');
  const [value] = decodeNumbers(data, type, 1);
  return type.code === 'b1' ? value !== 0 : value;
}

function tensor([storage, offset, shape, strides]: unknown[], type?: unknown): TorchTensor {
  const known = storage as TorchStorage | undefined;
  if (typeof known !== 'object' || known === null || !('key' in known) || !Number.isSafeInteger(offset))
    throw new RangeError('a tensor has no storage');
  if (!isShape(shape) || !isShape(strides) || shape.length !== strides.length)
    throw new RangeError('a tensor has no shape');
  const named = type instanceof Global ? TORCH_TYPES[type.name] : undefined;
  return new TorchTensor(known, Number(offset), shape, strides, named);
}
