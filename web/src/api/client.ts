// The only place that talks to the server.

import createClient from 'openapi-fetch';
import type { paths } from '#contract';
import { Refusal, refusalOf, unreachable } from './refusal.ts';

const DEADLINE_MS = 30_000;
const TRIES = 3;

let csrfToken = '';
let onSignedOut: () => void = () => {};

/** The token of /me that every change must carry. */
export function useToken(token: string): void {
  csrfToken = token;
}

/** Called when the server no longer knows who we are. */
export function whenSignedOut(act: () => void): void {
  onSignedOut = act;
}

/** An answer that the page itself asked for while the application was still arriving. */
function early(request: Request): Promise<Response> | undefined {
  const path = new URL(request.url).pathname;
  const found = request.method === 'GET' ? window.early?.[path] : undefined;
  if (found) delete window.early?.[path];
  return found;
}

/**
 * A busy server says when to come back, and has not done anything. Changes carry a key besides;
 * log-in and log-out need none, because twice is the same as once.
 */
async function patientFetch(request: Request): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const signal = AbortSignal.timeout(DEADLINE_MS);
    const response = await (early(request) ?? fetch(request.clone(), { signal }));
    if (response.status !== 503 || attempt === TRIES) return response;
    const seconds = Number(response.headers.get('Retry-After')) || 1;
    await new Promise((go) => setTimeout(go, Math.min(seconds, 5) * 1000));
  }
}

export const api = createClient<paths>({ baseUrl: location.origin, fetch: patientFetch });

api.use({
  onRequest({ request }) {
    if (request.method !== 'GET' && csrfToken) request.headers.set('X-CSRF-Token', csrfToken);
    return request;
  },
});

// A list that is saved whole is saved as it was read: what somebody else has saved since is not
// overwritten, and the server says so.
const readFrom: [saved: RegExp, read: string][] = [
  [/^\/api\/v1\/(opening-periods|special-days)$/, '/api/v1/opening'],
  [/^\/api\/v1\/reserved-windows$/, '/api/v1/reserved-windows'],
  [/^\/api\/v1\/machines\/[^/]+\/needs$/, '/api/v1/resources'],
];
const tags = new Map<string, string>();
const pathRead = ({ method, url }: Request): string | undefined => {
  const { pathname } = new URL(url);
  if (method !== 'GET') return readFrom.find(([saved]) => saved.test(pathname))?.[1];
  return readFrom.some(([, read]) => read === pathname) ? pathname : undefined;
};

api.use({
  onRequest({ request }) {
    const path = request.method === 'GET' ? undefined : pathRead(request);
    const tag = path && tags.get(path);
    if (tag) request.headers.set('If-Match', tag);
    return request;
  },
  onResponse({ request, response }) {
    const path = pathRead(request);
    const tag = response.ok && response.headers.get('ETag');
    if (path && tag) tags.set(path, tag);
  },
});

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The data of an answer; throws a Refusal for everything else. */
export async function take<T>(asked: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await asked;
  } catch (fault) {
    if (fault instanceof Refusal) throw fault;
    throw unreachable();
  }
  if (answer.response.ok) return answer.data as T;
  const refusal = refusalOf(answer.response, answer.error);
  if (refusal.code === 'unauthenticated') onSignedOut();
  throw refusal;
}

/** Random and visible; made without crypto.randomUUID, which plain HTTP does not have. */
export function mintKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export const keyed = (key: string) => ({ 'Idempotency-Key': key });
export const matching = (version: number) => ({ 'If-Match': `"${version}"` });
