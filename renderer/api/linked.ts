// Further volumes of a case: listed for a read or a case, linked and taken away by coordinators.
import * as z from 'zod';
import { JobSchema } from '../../electron/contract/jobs.ts';
import { LinkedVolumeSchema, type LinkVolume } from '../../electron/contract/linked.ts';
import { call, send, studyPath } from './http.ts';

const List = z.array(LinkedVolumeSchema);

export const linkedOfRead = (study: string, read: string) =>
  call(List, studyPath(study, `/reads/${read}/linked`), { study });
export const linkedVoxels = (study: string, read: string, linked: string) =>
  studyPath(study, `/reads/${read}/linked/${linked}/voxels`);

const ofCase = (study: string, caseId: string, rest = '') =>
  studyPath(study, `/cases/${caseId}/linked${rest}`);
export const linkedOfCase = (study: string, caseId: string) => call(List, ofCase(study, caseId), { study });
export const linkVolume = (study: string, caseId: string, wish: LinkVolume) =>
  call(JobSchema, ofCase(study, caseId), { method: 'POST', json: wish, study });
export async function unlinkVolume(study: string, caseId: string, linked: string): Promise<void> {
  await send(ofCase(study, caseId, `/${linked}`), { method: 'DELETE', study });
}
