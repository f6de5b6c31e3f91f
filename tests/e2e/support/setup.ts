// Before all tests: a demo with a little history. KARKHANA_DEMO names the demo.json of one that
// already runs, for working on a single test.

import { readFile } from 'node:fs/promises';
import { type Demo, fromHouse, startDemo } from './demo.ts';
import { seed } from './seed.ts';

export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  const running = process.env.KARKHANA_DEMO;
  const [demo, stop] = running
    ? [JSON.parse(await readFile(fromHouse(running), 'utf8')) as Demo, undefined]
    : await startDemo();
  process.env.KARKHANA_RUNNING = JSON.stringify(demo);
  await seed(demo);
  return stop;
}
