// The API as a person of the demo uses it, for what a test needs but does not test.

import { randomUUID } from 'node:crypto';
import { type APIRequestContext, request } from '@playwright/test';
import type { Demo } from './demo.ts';

export type Role = keyof Demo['logins'];

export interface MachineNow {
  id: string;
  slug: string;
  grid_minutes: number;
  live: { state: string; power_w: number | null; now: { booking_id: string } | null };
}

export class Person {
  readonly #context: APIRequestContext;
  readonly #token: string;
  readonly enterprise: string | undefined;

  private constructor(context: APIRequestContext, token: string, enterprise?: string) {
    this.#context = context;
    this.#token = token;
    this.enterprise = enterprise;
  }

  static async logIn(demo: Demo, role: Role): Promise<Person> {
    const context = await request.newContext({ baseURL: demo.address });
    const answer = await context.post('/api/v1/session', { data: demo.logins[role] });
    if (!answer.ok()) throw new Error(`log-in of ${role}: ${answer.status()}`);
    const me = await answer.json();
    return new Person(context, me.csrf_token, me.enterprises[0]?.id);
  }

  /** The cookies of the log-in, for a browser to go on with. */
  async cookies() {
    return (await this.#context.storageState()).cookies;
  }

  async get(path: string) {
    const answer = await this.#context.get(`/api/v1${path}`);
    if (!answer.ok()) throw new Error(`GET ${path}: ${answer.status()} ${await answer.text()}`);
    return answer.json();
  }

  /** Status and body: a refusal may be what a test is after. */
  async post(path: string, data: unknown) {
    const headers = { 'X-CSRF-Token': this.#token, 'Idempotency-Key': randomUUID() };
    const answer = await this.#context.post(`/api/v1${path}`, { data, headers });
    return { status: answer.status(), body: await answer.json() };
  }

  /** The same, where only a yes will do. */
  async ask(path: string, data: unknown) {
    const { status, body } = await this.post(path, data);
    if (status >= 300) throw new Error(`POST ${path}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  raw(path: string) {
    return this.#context.get(path);
  }

  async machine(slug: string): Promise<MachineNow> {
    const { items } = await this.get('/machines');
    return items.find((one: MachineNow) => one.slug === slug);
  }

  async now(): Promise<number> {
    return Date.parse((await this.get('/me')).now);
  }

  /** Books the first time that is free from `after` minutes on. */
  async bookSoon(slug: string, minutes: number, after = 0, enterprise = this.enterprise) {
    const machine = await this.machine(slug);
    const from = (await this.now()) + after * 60_000;
    const query = new URLSearchParams({
      from: new Date(from).toISOString(), to: new Date(from + 86_400_000).toISOString(),
      duration_minutes: String(minutes),
    });
    const { starts } = await this.get(`/machines/${machine.id}/availability?${query}`);
    const start = Date.parse(starts[0]);
    return this.ask('/bookings', {
      machine_id: machine.id, enterprise_id: enterprise, start: new Date(start).toISOString(),
      end: new Date(start + minutes * 60_000).toISOString(),
    });
  }
}

/** Tries until it holds; the simulated meters need a moment. */
export async function until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + 90_000;
  for (;;) {
    const found = await ask();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`never: ${what}`);
    await new Promise((go) => setTimeout(go, 500));
  }
}

/** Starts a booking, retrying while it is too early or the machine is not ready. */
export function startWhenReady(operator: Person, id: string) {
  return until(`start of ${id}`, async () => {
    const { status, body } = await operator.post(`/bookings/${id}/start`, {});
    if (status < 300) return body;
    if (status !== 409) throw new Error(`start: ${status} ${JSON.stringify(body)}`);
    return undefined;
  });
}
