// The real thing: a demo facility of its own, with simulated machines, on a free port.

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface LogIn {
  login: string;
  password: string;
}

export interface Demo {
  address: string;
  logins: Record<'manager' | 'operator' | 'member' | 'member_b' | 'accountant' | 'administrator' |
    'trainer' | 'programme', LogIn>;
}

const house = fileURLToPath(new URL('../../../', import.meta.url));
const START_MS = 60_000;

/** Paths are those of the repository, wherever npm has gone to run the tests. */
export const fromHouse = (path: string): string => resolve(house, path);

// A Wednesday morning, and time enough until the peak: a minute is twenty of the facility's.
export const CLOCK = '2026-11-18T09:00+06:00x20';

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

async function untilReady(address: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`the demo ended with ${child.exitCode}`);
    const answer = await fetch(`${address}/readyz`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((go) => setTimeout(go, 250));
  }
  throw new Error('the demo did not become ready');
}

async function stop(child: ChildProcess, data: string): Promise<void> {
  const ended = new Promise((done) => child.once('exit', done));
  child.kill('SIGTERM');
  await ended;
  await rm(data, { recursive: true, force: true });
}

/** Starts a demo; the second value ends it. */
export async function startDemo(): Promise<[Demo, () => Promise<void>]> {
  const program = fromHouse(process.env.KARKHANA_BIN ?? 'build/release/karkhana');
  if (!existsSync(program)) throw new Error(`${program} is absent: run deploy/run --build-only`);
  const data = await mkdtemp(join(tmpdir(), 'karkhana-e2e-'));
  const port = await freePort();
  const child = spawn(program, [
    'demo', '--data', data, '--port', String(port), '--fresh', '--clock', CLOCK,
    '--profiles', fromHouse('devices/profiles'), '--schema', fromHouse('schema'),
    '--web', fromHouse('web/dist'),
  ], { stdio: ['ignore', 'ignore', 'inherit'] });
  try {
    await untilReady(`http://127.0.0.1:${port}`, child);
    const demo = JSON.parse(await readFile(join(data, 'demo.json'), 'utf8')) as Demo;
    return [demo, () => stop(child, data)];
  } catch (fault) {
    await stop(child, data);
    throw fault;
  }
}
