// AI masks: the right model on the right case, in a process of its own, and into the read only if still wanted.
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type * as z from 'zod';
import type { Job } from '../../contract/jobs.ts';
import { relabelMask } from '../../contract/mask-bytes.ts';
import {
  modelDoubt,
  modelUnknown,
  type ModelDetails,
  type ModelSummary,
  type ProviderName,
  type Provenance,
  type StartInferenceSchema,
} from '../../contract/models.ts';
import { Problem } from '../../contract/problem.ts';
import { runInference, type Manifest } from '../../workers/inference-client.ts';
import type { Uploads } from '../cases/uploads.ts';
import type { VolumeStore } from '../cases/volumes.ts';
import type { OpenStudy } from '../context.ts';
import type { JobService } from '../jobs/service.ts';
import type { MaskService } from '../masks/service.ts';
import type { Editor, ReadService } from '../reads/service.ts';
import { recordModel, sourceOfCase, structureNames } from './store.ts';
import { createModelImports, type ModelImports } from './imports.ts';
import type { ModelLibrary } from './library.ts';

export type InferenceRequest = z.infer<typeof StartInferenceSchema>;
type Progress = (step: string, fraction: number | null, secondsLeft?: number | null) => void;

export interface ModelService {
  list(): Promise<ModelSummary[]>;
  /** Throws the Problems of the library's `details`. */
  details(id: string): Promise<ModelDetails>;
  /** Throws the Problems of the library's `remove`. */
  remove(id: string): Promise<void>;
  readonly imports: ModelImports;
  /**
   * Starts a model on a read. Throws Problem `read-not-found`, `lease-lost`, `ai-not-allowed`, `ai-not-yet`, `model-not-found`,
   * `modality-differs` (confirm to go on), `labels-unmapped`.
   */
  start(study: OpenStudy, readId: string, editor: Editor, request: InferenceRequest): Promise<Job>;
  /** A model's mask of a case, labels already the study's. */
  propose(
    study: OpenStudy,
    caseId: string,
    modelId: string,
  ): Promise<{ bytes: Uint8Array; provenance: Provenance }>;
}

export function createModelService(needs: {
  library: ModelLibrary;
  reads: ReadService;
  masks: MaskService;
  jobs: JobService;
  volumes: VolumeStore;
  uploads: Uploads;
}): ModelService {
  const { library, reads, masks, jobs } = needs;

  async function infer(
    study: OpenStudy,
    volumeId: string,
    modelId: string,
    options: {
      provider: ProviderName;
      labels: Map<number, number>;
      /** What does not fit between model and picture; somebody was warned of it. */
      doubt: string | null;
      /** What nobody could tell. */
      unknown: string | null;
      signal?: AbortSignal;
      progress?: Progress;
    },
  ): Promise<{ bytes: Uint8Array; provenance: Provenance }> {
    const { folder, manifest } = await library.get(modelId);
    const source = await sourceOfCase(study, volumeId);
    const scratch = join(study.folder, 'cache', 'inference');
    await mkdir(scratch, { recursive: true });
    const path = join(scratch, `${randomBytes(8).toString('hex')}.mask`);
    try {
      const output = { kind: 'mask' as const, path };
      const run = { modelFolder: folder, inputs: [source], provider: options.provider, mirror: true, output };
      const result = await library.using(modelId, () =>
        runInference(run, {
          signal: options.signal,
          onProgress: ({ stage, done, total, secondsLeft }) =>
            options.progress?.(
              stageInWords(stage, done, total),
              total > 0 ? done / total : null,
              secondsLeft,
            ),
        }),
      );
      const bytes = relabelMask(await readFile(path), options.labels);
      const provenance: Provenance = {
        modelId,
        modelName: manifest.name,
        modelVersion: manifest.version,
        modelSha256: result.model.sha256,
        provider: result.provider,
        providersTried: result.providersTried,
        seconds: { ...result.seconds },
        notes: [...(options.unknown === null ? [] : [options.unknown]), ...result.notes],
        confirmedModality: options.doubt !== null,
        doubt: options.doubt,
        settings: {
          mirrored: manifest.mirror.length > 0,
          overlap: manifest.overlap,
          networks: 1 + (manifest.ensemble?.length ?? 0),
          precision: (await library.details(modelId)).precision,
          labels: [...options.labels].map(([model, structure]) => ({ model, structure })),
        },
      };
      await study.database.write((tx) => recordModel(tx, modelId, manifest, result.model.sha256));
      return { bytes, provenance };
    } finally {
      await rm(path, { force: true });
    }
  }

  return {
    list: async () => (await library.list()).map((model) => model.summary),
    details: (id) => library.details(id),
    remove: (id) => library.remove(id),
    imports: createModelImports({ library, uploads: needs.uploads }),
    async start(study, readId, editor, request) {
      const record = await reads.editable(study.database.read, readId, editor);
      reads.requireAi(record);
      const { manifest } = await library.get(request.modelId);
      const made = { ...manifest, sequence: manifest.sequence ?? null };
      const picture = await needs.volumes.facts(study, record.volumeId);
      const doubt = modelDoubt(made, picture, study.modality);
      if (doubt !== null && !request.confirmedModality) throw modalityDiffers(doubt);
      const labels = mapLabels(manifest, await structureNames(study), request.labels);
      const spec = {
        kind: 'inference' as const,
        title: `AI mask: ${manifest.name}`,
        readId,
        createdBy: editor.person,
      };
      return jobs.start(study, spec, async ({ signal, progress }) => {
        const { modelId, provider } = request;
        const unknown = doubt === null ? modelUnknown(made, picture) : null;
        const options = { provider, labels, doubt, unknown, signal, progress };
        const { bytes, provenance } = await infer(study, record.volumeId, modelId, options);
        progress('Taking the mask in', 1, 0);
        const added = await masks.addProposal(study, {
          readId,
          bytes,
          provenance,
          actor: editor.person.name,
          leaseCheck: () => !signal.aborted,
        });
        return { result: { ...added, provenance }, notes: provenance.notes };
      });
    },
    async propose(study, caseId, modelId) {
      const { manifest } = await library.get(modelId);
      const labels = mapLabels(manifest, await structureNames(study));
      const row = await study.database.read
        .selectFrom('case')
        .select('volume_id')
        .where('id', '=', caseId)
        .executeTakeFirstOrThrow();
      return infer(study, row.volume_id, modelId, { provider: 'cpu', labels, doubt: null, unknown: null });
    },
  };
}

const STAGES: Record<string, string> = {
  read: 'Reading the volume',
  load: 'Starting the model',
  preprocess: 'Preparing the volume',
  postprocess: 'Putting the mask together',
  write: 'Writing the mask',
};

function stageInWords(stage: string, done: number, total: number): string {
  if (stage === 'network') return `Tile ${Math.min(done + 1, total)} of ${total}`;
  return STAGES[stage] ?? 'Working';
}

/** A model on the wrong modality or sequence collapses without a sign of it; only a person may decide to try. */
function modalityDiffers(doubt: string): Problem {
  return new Problem('modality-differs', `${doubt} Confirm to run it all the same.`, { status: 409 });
}

/** By the request where it says so; else by name, else by number. */
function mapLabels(
  manifest: Manifest,
  structures: { label: number; name: string }[],
  asked?: { model: number; structure: number }[],
): Map<number, number> {
  const map = new Map<number, number>();
  if (asked) {
    for (const { model, structure } of asked) {
      if (structures.some((s) => s.label === structure)) map.set(model, structure);
    }
  } else {
    for (const { label, name } of manifest.labels) {
      if (label === 0) continue;
      const byName = structures.find((s) => s.name.toLowerCase() === name.toLowerCase());
      if (byName) map.set(label, byName.label);
    }
    if (map.size === 0) {
      for (const { label } of manifest.labels)
        if (structures.some((s) => s.label === label)) map.set(label, label);
    }
  }
  if (map.size > 0) return map;
  throw new Problem(
    'labels-unmapped',
    `${manifest.name} draws none of this study’s structures. Choose which of its labels becomes which structure.`,
    { status: 409 },
  );
}
