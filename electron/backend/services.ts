// All services of the backend, wired once: the routes and the command line both stand on these.
import { mkdirSync } from 'node:fs';
import type { DisagreementOutcome } from '../workers/disagreement-worker.ts';
import { createMaskClient } from '../workers/mask-client.ts';
import { closeAgreement } from '../workers/agreement-client.ts';
import { createPool, type Pool } from '../workers/pool.ts';
import { createVolumeClient } from '../workers/volume-client.ts';
import { workerEntry } from '../workers/entry.ts';
import { createAnnotationService, type AnnotationService } from './annotations/service.ts';
import { createDisplayService, type DisplayService } from './display/service.ts';
import { createBundleDesk, type BundleDeskService } from './bundles/desk.ts';
import { createBundleService, type BundleService } from './bundles/service.ts';
import { createAdjudicationService, type AdjudicationService } from './adjudication/service.ts';
import { createAnchoringService, type AnchoringService } from './anchoring/service.ts';
import { createQualificationService, type QualificationService } from './qualification/service.ts';
import { createAgreementService, type AgreementService } from './agreement/service.ts';
import { createCaseService, type CaseService } from './cases/service.ts';
import { createUploads, type Uploads } from './cases/uploads.ts';
import { createVolumeStore, type VolumeStore } from './cases/volumes.ts';
import type { AuditVerdict } from '../contract/audit.ts';
import type { BackendOptions, OpenStudy } from './context.ts';
import { createDemo, type Demo } from './studies/demo.ts';
import { createJobService, type JobService } from './jobs/service.ts';
import { createMaskService, type MaskService } from './masks/service.ts';
import { createLinkedService, type LinkedService } from './linked/service.ts';
import { createModelLibrary } from './models/library.ts';
import { createModelService, type ModelService } from './models/service.ts';
import { createReadService, type ReadService } from './reads/service.ts';
import { createReportService, type ReportService } from './reports/service.ts';
import { createStudyService, type StudyService } from './studies/service.ts';

export interface Services {
  options: BackendOptions;
  pool: Pool;
  studies: StudyService;
  cases: CaseService;
  volumes: VolumeStore;
  uploads: Uploads;
  reads: ReadService;
  masks: MaskService;
  jobs: JobService;
  agreement: AgreementService;
  models: ModelService;
  linked: LinkedService;
  reports: ReportService;
  annotations: AnnotationService;
  display: DisplayService;
  qualification: QualificationService;
  anchoring: AnchoringService;
  adjudication: AdjudicationService;
  bundles: BundleService;
  bundleDesk: BundleDeskService;
  demo: Demo;
  /** The audit chain, and every seal against its mask: intact only when both are. */
  verify(study: OpenStudy): Promise<AuditVerdict>;
  /** Stops all work and closes every study: nothing acknowledged is lost, whenever it is called. */
  close(): Promise<void>;
}

/** Throws Problem `home-unusable` when the home folder cannot be made. */
export function createServices(options: BackendOptions): Services {
  mkdirSync(options.home, { recursive: true });
  const pool = createPool();
  const volumeClient = createVolumeClient((task) => pool.run(workerEntry('volume-worker'), task));
  const maskClient = createMaskClient((task) => pool.run(workerEntry('mask-worker'), task));
  const jobs = createJobService();
  const studies = createStudyService(options, { jobs });
  const uploads = createUploads(options.home);
  const volumes = createVolumeStore({ client: volumeClient });
  const cases = createCaseService({ jobs, client: volumeClient, uploads });
  const reads = createReadService(options);
  const masks = createMaskService({ reads, client: maskClient });
  const agreement = createAgreementService({ jobs });
  const library = createModelLibrary(options.modelsFolder, options.home);
  const models = createModelService({ library, reads, masks, jobs, volumes, uploads });
  const bundles = createBundleService({
    client: volumeClient,
    volumes,
    masks,
    changed(study, readIds) {
      for (const readId of readIds) study.events.publish({ type: 'read', readId, change: 'sealed' });
    },
  });
  return {
    options,
    pool,
    studies,
    cases,
    volumes,
    uploads,
    reads,
    masks,
    jobs,
    agreement,
    models,
    linked: createLinkedService({ client: volumeClient, uploads, jobs, volumes, reads }),
    annotations: createAnnotationService({ reads }),
    display: createDisplayService({ reads }),
    qualification: createQualificationService({ masks, client: maskClient }),
    anchoring: createAnchoringService({ masks, agreement }),
    adjudication: createAdjudicationService({
      masks,
      reads,
      run: async (task) => (await pool.run(workerEntry('disagreement-worker'), task)) as DisagreementOutcome,
    }),
    bundles,
    bundleDesk: createBundleDesk({ bundles, jobs }),
    reports: createReportService({ agreement, version: options.version }),
    demo: createDemo({ studies, cases, reads, masks, jobs, agreement, models, pool }),
    async verify(study) {
      const chain = await studies.verifyAudit(study);
      const seals = await masks.verifySeals(study);
      const intact = chain.intact && seals.faults.length === 0;
      return {
        ...chain,
        intact,
        sealsChecked: seals.checked,
        sealsWithoutMeasurements: seals.withoutMeasurements,
        sealFaults: seals.faults,
      };
    },
    async close() {
      await jobs.close();
      await models.imports.close();
      await masks.settled();
      await studies.close();
      await uploads.close();
      await closeAgreement();
      await pool.close();
    },
  };
}
