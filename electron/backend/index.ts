// createBackend: one fetch handler for every host. Neither host knows a route; nothing here knows a host.
import { Hono } from 'hono';
import { createMiddleware } from 'hono/factory';
import { annotationRoutes } from './annotations/routes.ts';
import { displayRoutes } from './display/routes.ts';
import { adjudicationRoutes } from './adjudication/routes.ts';
import { bundleRoutes, hostBundleRoutes, type HostBundleNeeds } from './bundles/routes.ts';
import { anchoringRoutes } from './anchoring/routes.ts';
import { qualificationRoutes } from './qualification/routes.ts';
import { agreementRoutes } from './agreement/routes.ts';
import { caseRoutes } from './cases/routes.ts';
import type { BackendOptions, StudyEnv } from './context.ts';
import { bearerToken, isByItself } from './http/access.ts';
import { onError, onNotFound } from './http/problems.ts';
import { jobRoutes } from './jobs/routes.ts';
import { maskRoutes } from './masks/routes.ts';
import { linkedRoutes } from './linked/routes.ts';
import { inferenceRoutes, modelRoutes } from './models/routes.ts';
import { readRoutes } from './reads/routes.ts';
import { reportRoutes } from './reports/routes.ts';
import { createServices, type Services } from './services.ts';
import { instructionRoutes } from './studies/instructions-routes.ts';
import { hostRoutes, studyRoutes } from './studies/routes.ts';

export type { BackendOptions } from './context.ts';

export interface Backend {
  fetch(request: Request): Promise<Response>;
  /** Opens a study folder; answers with its id. */
  openStudy(folder: string): Promise<string>;
  /** The same services that the routes stand on, for the host's own commands. */
  readonly services: Services;
  /** For tests that walk every route. */
  readonly routes: { method: string; path: string }[];
  close(): Promise<void>;
}

function createApp(services: Services) {
  const { studies, reads, masks, cases, volumes, uploads, jobs, agreement, models, qualification } = services;
  const withStudy = createMiddleware<StudyEnv>(async (context, next) => {
    const study = studies.get(context.req.param('study') ?? '');
    context.set('study', study);
    const touch = !isByItself(context.req.method, context.req.path);
    context.set('person', studies.personOf(study, bearerToken(context.req.header('authorization')), touch));
    await next();
  });
  const openBundle: HostBundleNeeds['open'] = async (file, name, key) => {
    studies.refuseOthers();
    const { folder } = await services.bundles.unpack(file, studies.folderFor(name), key);
    return studies.face(await studies.open(folder), null);
  };
  const ofStudy = new Hono<StudyEnv>()
    .route('/', studyRoutes({ studies, verify: services.verify }))
    .route('/', instructionRoutes())
    .route('/', caseRoutes({ cases, volumes, uploads }))
    .route(
      '/',
      readRoutes({
        reads,
        masks,
        voxelResponse: volumes.voxelResponse,
        touch: studies.touch,
        sealed: qualification.judge,
      }),
    )
    .route('/', linkedRoutes({ linked: services.linked, volumes }))
    .route('/', maskRoutes({ masks, uploads }))
    .route('/', inferenceRoutes(models))
    .route('/', jobRoutes(jobs))
    .route('/', agreementRoutes(agreement))
    .route('/', adjudicationRoutes(services.adjudication))
    .route('/', anchoringRoutes(services.anchoring))
    .route('/', bundleRoutes({ desk: services.bundleDesk, uploads }))
    .route('/', qualificationRoutes({ qualification, uploads }))
    .route('/', annotationRoutes(services.annotations))
    .route('/', displayRoutes(services.display))
    .route('/', reportRoutes(services.reports));
  return new Hono()
    .basePath('/api')
    .route('/', hostRoutes({ studies, demo: services.demo }))
    .route('/', hostBundleRoutes({ uploads, open: openBundle }))
    .route('/', modelRoutes({ models, uploads, refuseOthers: studies.refuseOthers }))
    .use('/studies/:study/*', withStudy)
    .use('/studies/:study', withStudy)
    .route('/studies/:study', ofStudy);
}

/** The type behind the page's `hc<Api>` client. */
export type Api = ReturnType<typeof createApp>;

export async function createBackend(options: BackendOptions): Promise<Backend> {
  const services = createServices(options);
  const app = createApp(services);
  app.onError(onError);
  app.notFound(onNotFound);
  if (options.study !== undefined) await services.studies.open(options.study);
  return {
    services,
    fetch: async (request) => app.fetch(request),
    openStudy: async (folder) => (await services.studies.open(folder)).id,
    routes: app.routes
      .filter((route) => route.method !== 'ALL')
      .map(({ method, path }) => ({ method, path })),
    close: () => services.close(),
  };
}
