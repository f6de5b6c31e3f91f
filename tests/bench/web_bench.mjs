// How soon and how small the browser application is on a slow phone: bytes on the wire, and the
// time until it can be used, on slow 3G (400 kbit/s, 2 s a round trip) with a CPU four times as
// slow. Needs build/release/karkhana (or KARKHANA_BIN), web/dist and tests/e2e's packages.

import { createRequire } from 'node:module';
import { readdir, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { startDemo } from '../e2e/support/demo.ts';

const { chromium } = createRequire(new URL('../e2e/package.json', import.meta.url))(
  '@playwright/test');

const RUNS = Number(process.env.RUNS ?? 5);
const SLOW_3G = {
  offline: false, latency: 2000, downloadThroughput: 50_000, uploadThroughput: 50_000,
};
const CPU = 4;
const BOUNDS = { seconds: 5, kilobytes: 100 };

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** Notes the moment at which `selector` is painted, seen from the start of the navigation. */
function noteWhenSeen(selector) {
  const look = () => {
    if (!document.querySelector(selector)) return false;
    requestAnimationFrame(() => setTimeout(() => (globalThis.seen = performance.now())));
    return true;
  };
  const watcher = new MutationObserver(() => look() && watcher.disconnect());
  watcher.observe(document, { childList: true, subtree: true });
}

async function visit(page, address, selector) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Network.enable');
  await devtools.send('Network.emulateNetworkConditions', SLOW_3G);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: CPU });
  let bytes = 0;
  let requests = 0;
  devtools.on('Network.loadingFinished', (event) => {
    bytes += event.encodedDataLength;
    requests += 1;
  });
  await page.addInitScript(noteWhenSeen, selector);
  await page.goto(address, { waitUntil: 'commit' });
  await page.waitForFunction(() => globalThis.seen, undefined, { timeout: 60_000 });
  const seconds = (await page.evaluate(() => globalThis.seen)) / 1000;
  const found = { seconds, bytes, requests };
  await devtools.send('Network.emulateNetworkConditions', { ...SLOW_3G, latency: 0 });
  await devtools.detach();
  return found;
}

const phone = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };

async function signIn(context, demo) {
  const answer = await context.request.post(`${demo.address}/api/v1/session`, {
    data: demo.logins.member,
  });
  if (!answer.ok()) throw new Error(`log-in: ${answer.status()}`);
  await context.addInitScript(() => localStorage.setItem('karkhana.signed-in', '1'));
}

/** First visit of a stranger, first visit of somebody signed in, and the same from the cache. */
async function oneRound(browser, demo) {
  const stranger = await browser.newContext(phone);
  const logIn = await visit(await stranger.newPage(), demo.address, 'form button.main');
  await stranger.close();
  const member = await browser.newContext(phone);
  await signIn(member, demo);
  const board = await visit(await member.newPage(), demo.address, '[data-machine] .watts');
  const again = await visit(await member.newPage(), demo.address, '[data-machine] .watts');
  const book = await visit(await member.newPage(), `${demo.address}/book`, '[data-next]');
  await member.close();
  return { logIn, board, again, book };
}

function row(name, rounds) {
  const of = (key) => median(rounds.map((one) => one[key]));
  console.log(`${name.padEnd(34)} ${of('seconds').toFixed(2).padStart(6)} s ` +
    `${(of('bytes') / 1000).toFixed(1).padStart(7)} kB ${String(of('requests')).padStart(3)} requests`);
  return { seconds: of('seconds'), kilobytes: of('bytes') / 1000 };
}

async function sizes() {
  const dist = new URL('../../web/dist/', import.meta.url);
  const names = (await readdir(dist, { recursive: true })).filter((name) => /\.(br|gz)$/.test(name));
  const size = async (name) => (await stat(fileURLToPath(new URL(name, dist)))).size / 1000;
  for (const name of ['index.html.br', 'index.html.gz', ...names.filter((one) =>
    /assets\/(Bookings|Jobs|Accounts|Office|en)-.*\.js\.br$/.test(one))])
    console.log(`  ${name.padEnd(40)} ${(await size(name)).toFixed(1).padStart(6)} kB`);
}

const [demo, stop] = await startDemo();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'],
});
try {
  const rounds = [];
  for (let run = 0; run < RUNS; run++) rounds.push(await oneRound(browser, demo));
  console.log(`slow 3G, CPU ${CPU}x, median of ${RUNS}`);
  const first = row('first visit, log-in usable', rounds.map((one) => one.logIn));
  const board = row('first visit, signed in, board', rounds.map((one) => one.board));
  row('board again, files from the cache', rounds.map((one) => one.again));
  row('straight to booking, from the cache', rounds.map((one) => one.book));
  console.log('compressed files');
  await sizes();
  for (const { seconds, kilobytes } of [first, board])
    if (seconds > BOUNDS.seconds || kilobytes > BOUNDS.kilobytes) process.exitCode = 1;
  console.log(`bound: ${BOUNDS.seconds} s, ${BOUNDS.kilobytes} kB: ${process.exitCode ? 'MISSED' : 'held'}`);
} finally {
  await browser.close();
  await stop();
}
