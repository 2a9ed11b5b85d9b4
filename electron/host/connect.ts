// Passes a window's requests on to a browser host on this machine.

/** Who answers the page's requests: the backend in this process, or one that it is connected to. */
export interface Answerer {
  fetch(request: Request): Promise<Response>;
  close(): Promise<void>;
}

/** `address` is what the browser host printed, launch token included. Throws when it is no address of this machine. */
export function connectTo(address: string): Answerer {
  const { hostname, origin, searchParams } = new URL(address);
  if (hostname !== '127.0.0.1') throw new Error('--connect takes an address on 127.0.0.1, with its token.');
  const token = searchParams.get('token') ?? '';
  return {
    async fetch(request) {
      const { pathname, search } = new URL(request.url);
      const headers = new Headers(request.headers);
      for (const name of [...headers.keys()]) {
        // What the window's browser says of itself would make the request look like another web page's.
        if (name === 'origin' || name === 'referer' || name.startsWith('sec-')) headers.delete(name);
      }
      headers.set('x-concord-token', token);
      const bodyless = request.method === 'GET' || request.method === 'HEAD';
      const body = bodyless ? undefined : await request.arrayBuffer();
      return fetch(`${origin}${pathname}${search}`, { method: request.method, headers, body });
    },
    close: () => Promise.resolve(),
  };
}
