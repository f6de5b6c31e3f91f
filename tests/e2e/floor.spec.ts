import type { Page } from '@playwright/test';
import { holdsTheRules } from './support/rules.ts';
import { expect, test } from './support/world.ts';

test('old news never looks like now', async ({ page, open }) => {
  await open('member');
  await expect(page.locator('[data-machine=laser-2]')).toContainText('রিডিং এইমাত্র');
  await page.route('**/api/v1/machines', async (route) => {
    const answer = await route.fetch();
    const body = await answer.json();
    for (const machine of body.items) machine.live.quality = 'stale';
    await route.fulfill({ json: body });
  });
  await page.reload();
  await expect(page.locator('[data-machine=laser-2]')).toContainText('পুরোনো');
});

test('without a stream the board says so and can be refreshed', async ({ page, open }) => {
  await page.route('**/api/v1/events', (route) => route.abort());
  await open('member');
  await expect(page.getByText(/সরাসরি সংযোগ নেই/)).toBeVisible();
  const asked = page.waitForRequest('**/api/v1/machines');
  await page.getByRole('button', { name: 'নতুন করে দেখুন' }).click();
  await asked;
});

test('a hidden tab lets go of its stream', async ({ page, open }) => {
  const streams: string[] = [];
  page.on('request', (one) => one.url().endsWith('/events') && streams.push('open'));
  page.on('requestfailed', (one) => one.url().endsWith('/events') && streams.push('closed'));
  await open('member');
  await expect.poll(() => streams).toEqual(['open']);
  const setHidden = (hidden: boolean) => page.evaluate((value) => {
    Object.defineProperty(document, 'hidden', { value, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);
  await setHidden(true);
  await expect.poll(() => streams).toEqual(['open', 'closed']);
  await setHidden(false);
  await expect.poll(() => streams).toEqual(['open', 'closed', 'open']);
});

test('members see that a machine is taken, not by whom', async ({ page, open, person }) => {
  const other = await person('member_b');
  const booking = await other.bookSoon('recycler-1', 30, 30);
  await open('member');
  const card = page.locator('[data-machine=recycler-1]');
  await expect(card).toContainText('বুক করা');
  await expect(card).not.toContainText('জুতা কারখানা খ');
  await open('operator');
  await expect(card).toContainText('জুতা কারখানা খ');
  await other.ask(`/bookings/${booking.id}/cancel`, {});
});

/** The board as it would be with laser-2 in its cycle, asked to stop, and its meter frozen. */
async function inItsCycle(page: Page) {
  const id = '0195d2a0-0000-7000-8000-000000000001';
  const enterprise = { id, name: { en: 'Mita Shoes', bn: 'মিতা সুজ' } };
  // The screen asks for all three at once; what is wrong is wrong with the machine that is there.
  let tell: (booking: Record<string, unknown>) => void;
  const told = new Promise<Record<string, unknown>>((resolve) => { tell = resolve; });
  await page.route('**/api/v1/events', (route) => route.abort());
  await page.route('**/api/v1/machines', async (route) => {
    const answer = await route.fetch();
    const body = await answer.json();
    const machine = body.items.find((one: { slug: string }) => one.slug === 'laser-2');
    const end = new Date(Date.parse(body.now) + 3_600_000).toISOString();
    const slot = { start: body.now, end, state: 'running' };
    tell({ ...slot, id, machine, enterprise, version: 1, actions: ['pause', 'stop'] });
    Object.assign(machine.live, {
      state: 'running', alarm: 'frozen',
      stopping: { stop: 'end_of_cycle', at_latest: end, asked: 'completed' },
      now: { ...slot, booking_id: id, machine_id: machine.id, enterprise, mine: false },
    });
    await route.fulfill({ json: body });
  });
  await page.route('**/api/v1/bookings?*', async (route) =>
    route.fulfill({ json: { items: [await told], next: null } }));
  await page.route('**/api/v1/alarms?*', async (route) => {
    const { machine, start } = await told as { machine: { id: string }; start: string };
    const alarm = {
      id, machine_id: machine.id, kind: 'frozen', raised_at: start, last_at: start, times: 1,
      cleared_at: null, acknowledged_at: null, acknowledged_by: null, note: '',
      evidence: { register_wh: 4_120_000, power_w: 1_830 },
    };
    await route.fulfill({ json: { items: [alarm], next: null } });
  });
  for (const what of ['bookings/*/withdraw-stop', 'alarms/*/acknowledge'])
    await page.route(`**/api/v1/${what}`, async (route) => route.fulfill({ json: await told }));
  return page.locator('[data-machine=laser-2]');
}

test('a stop that waits for the cycle is taken back on the card', async ({ page, open }) => {
  const card = await inItsCycle(page);
  await open('operator');
  await expect(card).toContainText('চলতি কাজ শেষ করছে');
  await expect(card.getByRole('button', { name: 'থামান' })).toHaveCount(0);
  await holdsTheRules(page);
  const asked = page.waitForRequest('**/withdraw-stop');
  await card.getByRole('button', { name: 'চলতে থাকুক' }).click();
  expect((await asked).headers()['idempotency-key']).toBeTruthy();
  await expect(page.getByText(/চলতে থাকবে/)).toBeVisible();
  await page.unrouteAll({ behavior: 'ignoreErrors' });
});

test('a machine starts when everything it asks for has been touched', async ({ page, open }) => {
  const ticks = ['guards', 'extraction', 'protection', 'operator'];
  const id = '0195d2a0-0000-7000-8000-000000000002';
  const enterprise = { id, name: { en: 'Mita Shoes', bn: 'মিতা সুজ' } };
  let booking: object = {};
  await page.route('**/api/v1/events', (route) => route.abort());
  await page.route('**/api/v1/machines', async (route) => {
    const answer = await route.fetch();
    const body = await answer.json();
    const machine = body.items.find((one: { slug: string }) => one.slug === 'pearl-1');
    const end = new Date(Date.parse(body.now) + 3_600_000).toISOString();
    const slot = { start: body.now, end, state: 'checked_in' };
    booking = { ...slot, id, machine, enterprise, version: 1, actions: ['start'] };
    Object.assign(machine.live, {
      state: 'booked', ticks, now: { ...slot, booking_id: id, enterprise, mine: false },
    });
    await route.fulfill({ json: body });
  });
  await page.route('**/api/v1/bookings?*', async (route) => {
    await expect.poll(() => 'id' in booking).toBe(true);
    // A full house has more than one page of them.
    const later = route.request().url().includes('cursor=');
    await route.fulfill({ json: { items: later ? [booking] : [], next: later ? null : 'x' } });
  });
  await page.route('**/api/v1/bookings/*/start', (route) =>
    route.fulfill({ json: { ...booking, state: 'running' } }));
  await open('operator');
  await page.locator('[data-machine=pearl-1]').getByRole('button', { name: 'শুরু' }).click();
  const dialog = page.getByRole('dialog');
  const start = dialog.getByRole('button', { name: 'শুরু' });
  await holdsTheRules(page);
  for (const tick of await dialog.locator('[aria-pressed]').all()) {
    await expect(start).toBeDisabled();
    await tick.click();
  }
  await holdsTheRules(page);
  const asked = page.waitForRequest('**/start');
  await start.click();
  expect((await asked).postDataJSON().ticks)
    .toEqual({ guards: true, extraction: true, protection: true, operator: true });
  await expect(page.getByText(/চালু হলো/)).toBeVisible();
  await page.unrouteAll({ behavior: 'ignoreErrors' });
});

test('what is wrong with a meter is on its card, and is acknowledged there', async ({
  page, open,
}) => {
  const card = await inItsCycle(page);
  await open('operator');
  await expect(card).toContainText('মিটারের গোনা থেমে আছে');
  const asked = page.waitForRequest('**/acknowledge');
  await card.getByRole('button', { name: 'আমি দেখেছি' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'আমি দেখেছি' }).click();
  await asked;
  await open('member');
  await expect(card).toContainText('মিটারের গোনা থেমে আছে');
  await expect(card.getByRole('button', { name: 'আমি দেখেছি' })).toHaveCount(0);
  await page.unrouteAll({ behavior: 'ignoreErrors' });
});

test('whoever scanned the sign of a machine sees that machine first', async ({ page, open }) => {
  await open('manager', '/resources');
  await page.getByRole('link', { name: 'মেশিনের সাইন' }).click();
  const signs = page.locator('[data-sign]');
  await expect(signs.first()).toBeVisible();
  const slug = await signs.last().getAttribute('data-sign');
  const address = await signs.last().getByRole('img').getAttribute('aria-label');
  await open('member', new URL(address!).pathname + new URL(address!).search);
  await expect(page.locator('[data-machine]').first()).toHaveAttribute('data-machine', slug!);
  await holdsTheRules(page);
});
