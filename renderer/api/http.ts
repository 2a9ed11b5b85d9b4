// The page's one way to the backend: paths under /api, JSON checked against the contract, refusals as Problem.
import type * as z from 'zod';
import { Problem, ProblemSchema } from '../../electron/contract/problem.ts';
import { tokenOf } from './tokens.ts';

export interface SendOptions {
  method?: 'GET' | 'POST' | 'DELETE';
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as they are. */
  bytes?: Uint8Array<ArrayBuffer> | Blob;
  /** Signs the request with this study's sign-in. */
  study?: string;
  lease?: string;
  signal?: AbortSignal;
  /** Lets the request outlive the page (leaving a read). */
  keepalive?: boolean;
}

type SignedOutListener = (studyId: string) => void;
const signedOut = new Set<SignedOutListener>();

/** Calls back when the backend no longer knows a sign-in (it was restarted, say). */
export function onSignedOut(listener: SignedOutListener): () => void {
  signedOut.add(listener);
  return () => signedOut.delete(listener);
}

function requestInit(options: SendOptions): RequestInit {
  const headers = new Headers();
  const token = options.study ? tokenOf(options.study) : null;
  if (token) headers.set('authorization', `Bearer ${token}`);
  if (options.lease) headers.set('x-concord-lease', options.lease);
  let body: BodyInit | undefined;
  if (options.json !== undefined) {
    headers.set('content-type', 'application/json');
    body = JSON.stringify(options.json);
  } else if (options.bytes) {
    headers.set('content-type', 'application/octet-stream');
    body = options.bytes;
  }
  return {
    method: options.method ?? 'GET',
    headers,
    body,
    signal: options.signal,
    keepalive: options.keepalive,
    cache: 'no-store',
  };
}

/** The Problem in an answer that is not ok; a plain sentence when the answer is not from Concord. */
async function problemIn(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => null);
  const details = ProblemSchema.safeParse(body);
  if (details.success) return Problem.from(details.data);
  return new Problem('answer-not-understood', `Concord answered with an error (status ${response.status}).`, {
    status: response.status,
  });
}

/**
 * Sends a request and answers the response when it is ok. Throws Problem: the backend's own, or `backend-unreachable`
 * when there is no answer. An aborted request throws its AbortError.
 */
export async function send(path: string, options: SendOptions = {}): Promise<Response> {
  const sent = options.study ? tokenOf(options.study) : null;
  let response: Response;
  try {
    response = await fetch(path, requestInit(options));
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new Problem(
      'backend-unreachable',
      'Concord’s own service does not answer. What was saved is safe; it will be tried again.',
      { status: 503, cause: error },
    );
  }
  if (response.ok) return response;
  const problem = await problemIn(response);
  // A late refusal of an earlier sign-in says nothing of the one there is now.
  if (isSignedOut(problem) && options.study && sent && sent === tokenOf(options.study)) {
    for (const listener of signedOut) listener(options.study);
  }
  throw problem;
}

/** Sends a request and answers its JSON, checked against `schema`. Throws Problem as `send` does. */
export async function call<T>(schema: z.ZodType<T>, path: string, options: SendOptions = {}): Promise<T> {
  const response = await send(path, options);
  const parsed = schema.safeParse(await response.json());
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new Problem(
    'answer-not-understood',
    `The answer of ${path} is not what this page expects (${issue.path.join('.')}: ${issue.message}). Reload the page.`,
    { status: 502 },
  );
}

/** True for refusals that signing in again mends: the backend was restarted and knows nobody. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof Problem && (error.code === 'sign-in-needed' || error.code === 'study-not-open');
}

/** `/api/studies/ID` and what follows. */
export function studyPath(study: string, rest = ''): string {
  return `/api/studies/${encodeURIComponent(study)}${rest}`;
}
