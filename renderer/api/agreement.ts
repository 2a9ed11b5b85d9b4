// Agreement results and the report. Coordinators only.
import { AgreementSchema } from '../../electron/contract/agreement.ts';
import { JobSchema } from '../../electron/contract/jobs.ts';
import { call, send, studyPath } from './http.ts';

/** `query`: AgreementQuery as it stands in an address. */
export const agreement = (study: string, query: Record<string, string>, signal?: AbortSignal) =>
  call(AgreementSchema, `${studyPath(study, '/agreement')}?${new URLSearchParams(query).toString()}`, {
    study,
    signal,
  });
export const computeAgreement = (study: string) =>
  call(JobSchema, studyPath(study, '/agreement/runs'), { method: 'POST', study });

/** The report: one self-contained HTML file. */
export async function report(study: string): Promise<Blob> {
  return (await send(studyPath(study, '/report.html'), { study })).blob();
}
