// Serves the built page: files below one folder, with the headers that keep it to itself.
import { readFile, stat } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';

/** No remote content, no inline script, no frames; workers and images may be made by the page itself. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' blob: data:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

export const SECURITY_HEADERS: Record<string, string> = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), usb=()',
};

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
};

/** What a browser must hold to in answers of the API: none of them is a page of Concord's. */
const ANSWER_HEADERS: Record<string, string> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox",
};

/** The same answer, with the headers above where it does not set its own. Its body still streams. */
export function hardened(response: Response): Response {
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(ANSWER_HEADERS)) {
    if (!headers.has(name)) headers.set(name, value);
  }
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}

/** The file of the page at a URL path, or 404. Never leaves `folder`. */
export async function pageResponse(folder: string, pathname: string): Promise<Response> {
  let path: string;
  try {
    path = normalize(decodeURIComponent(pathname === '/' ? '/index.html' : pathname));
  } catch {
    return plain(400, 'This address cannot be read.');
  }
  const file = join(folder, path);
  if (!file.startsWith(folder + sep)) return plain(404, 'There is nothing here.');
  const facts = await stat(file).catch(() => null);
  if (!facts?.isFile()) return plain(404, 'There is nothing here.');
  // Bundled assets carry a hash in their name and never change; everything else is asked for anew.
  const lasting = path.split(sep).includes('assets');
  return new Response(await readFile(file), {
    headers: {
      ...SECURITY_HEADERS,
      'content-type': TYPES[extname(file).toLowerCase()] ?? 'application/octet-stream',
      'cache-control': lasting ? 'private, max-age=31536000, immutable' : 'no-store',
    },
  });
}

export function plain(status: number, text: string): Response {
  return new Response(text, {
    status,
    headers: {
      ...SECURITY_HEADERS,
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
    },
  });
}
