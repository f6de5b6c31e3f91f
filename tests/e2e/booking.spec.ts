import type { Page } from '@playwright/test';
import type { Person } from './support/api.ts';
import { loseAnswer } from './support/lost.ts';
import { holdsTheRules } from './support/rules.ts';
import { expect, test } from './support/world.ts';

const ZONE_MS = 6 * 3_600_000;
const DAY_MS = 86_400_000;

/** The local day so many days ahead, as the address has it. */
const dayAhead = (now: number, days: number) =>
  new Date(now + ZONE_MS + days * DAY_MS).toISOString().slice(0, 10);

const confirm = (page: Page) => page.getByRole('button', { name: /^নিশ্চিত করুন/ });
const length = (page: Page, text: string) =>
  page.getByRole('dialog').locator('label', { hasText: text }).first();
const booked = (page: Page) => page.getByRole('heading', { name: 'বুকিং হয়েছে' });

// A day of its own for each size of screen: what one has booked is not in the way of the other.
const dayOf = (project: string) => (project === 'phone' ? 3 : 4);

test.beforeEach(async ({ open, person }, { project }) => {
  const now = await (await person('member')).now();
  await open('member', `/book?machine=laser-2&day=${dayAhead(now, dayOf(project.name))}`);
});

test('three taps: a time, a length, yes', async ({ page }) => {
  await page.locator('[data-start]').first().click();
  await length(page, '৩০ মিনিট').click();
  await expect(page.getByText('আনুমানিক দাম')).toBeVisible();
  await expect(confirm(page)).toContainText('৳');
  await holdsTheRules(page);
  await confirm(page).click();
  await expect(booked(page)).toBeVisible();
  await holdsTheRules(page);
});

test('the length of last time is chosen already', async ({ page }) => {
  await page.locator('[data-start]').first().click();
  await length(page, '১ ঘণ্টা ৩০ মিনিট').click();
  await confirm(page).click();
  await expect(booked(page)).toBeVisible();
  await page.getByRole('button', { name: 'আরেকটি বুক করুন' }).click();
  await page.locator('[data-start]').nth(8).click();
  await expect(length(page, '১ ঘণ্টা ৩০ মিনিট').locator('input')).toBeChecked();
});

test('a count in Bangla digits goes into the price', async ({ page }) => {
  await page.locator('[data-start]').last().click();
  const price = page.locator('.quote .big').first();
  await expect(price).toContainText('৳');
  const before = await price.textContent();
  await page.getByLabel(/কতটি/).fill('৩০০');
  await expect(price).not.toHaveText(before!);
});

async function takeAway(other: Person, start: number): Promise<void> {
  await other.ask('/bookings', {
    machine_id: (await other.machine('laser-2')).id, enterprise_id: other.enterprise,
    start: new Date(start).toISOString(), end: new Date(start + 30 * 60_000).toISOString(),
  });
}

test('taken in the last moment: the nearest times are one tap away', async ({ page, person }) => {
  // The news of it does not arrive in time.
  await page.route('**/api/v1/events', (route) => route.abort());
  await page.reload();
  const start = page.locator('[data-start]').first();
  const at = Number(await start.getAttribute('data-start'));
  await start.click();
  await length(page, '৩০ মিনিট').click();
  await expect(confirm(page)).toContainText('৳');

  await takeAway(await person('member_b'), at);
  await confirm(page).click();
  await expect(page.getByRole('alert')).toContainText('slot_taken');
  await holdsTheRules(page);
  await page.locator('[data-alternatives] button').first().click();
  await expect(confirm(page)).toContainText('৳');
  await confirm(page).click();
  await expect(booked(page)).toBeVisible();
});

test('taken while somebody looks at it: it is said at once', async ({ page, person }) => {
  const start = page.locator('[data-start]').first();
  const at = Number(await start.getAttribute('data-start'));
  await start.click();
  await expect(confirm(page)).toContainText('৳');
  await takeAway(await person('member_b'), at);
  await expect(page.getByRole('alert')).toContainText('slot_taken');
  await expect(confirm(page)).toBeDisabled();
  await expect(page.locator('[data-alternatives] button').first()).toBeVisible();
});

test('an answer that got lost is asked for again, and nothing is booked twice',
  async ({ page, person }) => {
    const start = page.locator('[data-start]').nth(2);
    const at = Number(await start.getAttribute('data-start'));
    // There is room for half of the length that is wished: afterwards there is none.
    await takeAway(await person('member_b'), at + 30 * 60_000);
    await expect(page.locator(`[data-start="${at + 30 * 60_000}"]`)).toHaveCount(0);
    await page.locator(`[data-start="${at}"]`).click();
    await expect(length(page, '৩০ মিনিট').locator('input')).toBeChecked();
    await expect(confirm(page)).toContainText('৳');
    const keys = await loseAnswer(page, '**/api/v1/bookings');
    const count = async () => (await (await person('member')).get('/bookings?limit=200')).items
      .length as number;
    const before = await count();
    await confirm(page).click();
    await expect(page.getByRole('alert')).toContainText('দুবার হবে না');
    await expect(length(page, '৩০ মিনিট').locator('input')).toBeDisabled();
    await expect(length(page, '৩০ মিনিট').locator('input')).toBeChecked();
    await holdsTheRules(page);
    await page.getByRole('button', { name: 'আবার চেষ্টা করুন' }).click();
    await expect(booked(page)).toBeVisible();
    expect(new Set(keys).size).toBe(1);
    expect(await count()).toBe(before + 1);
  });

test('a place in the queue whose answer got lost is asked for again, and had once',
  async ({ page, person }) => {
    const member = await person('member');
    const places = async () => (await member.get('/waitlist')).items
      .filter((one: { mine: boolean }) => one.mine) as { id: string }[];
    const before = await places();
    // Of today: what is asked for begins now, and a moment later that is another time.
    await page.goto('/book?machine=laser-2');
    await page.getByRole('button', { name: 'সময় মিলছে না? অপেক্ষা করুন' }).click();
    const dialog = page.getByRole('dialog');
    const keys = await loseAnswer(page, '**/api/v1/waitlist');
    await dialog.locator('button.main').click();
    await expect(page.getByRole('alert')).toContainText('দুবার হবে না');
    await expect(length(page, '৩০ মিনিট').locator('input')).toBeDisabled();
    await holdsTheRules(page);
    await dialog.getByRole('button', { name: 'আবার চেষ্টা করুন' }).click();
    await expect(page.getByText(/তালিকায় .* নম্বর/)).toBeVisible();
    expect(new Set(keys).size).toBe(1);
    const after = await places();
    expect(after).toHaveLength(before.length + 1);
    for (const { id } of after.slice(before.length)) await member.ask(`/waitlist/${id}/leave`, {});
  });

test('dates whose answer got lost are asked for again, and booked once',
  async ({ page, person }) => {
    const member = await person('member');
    await page.locator('[data-start]').nth(6).click();
    await page.getByRole('button', { name: 'বারবার বুক করুন…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.locator('label', { hasText: 'প্রতিদিন' }).click();
    await dialog.locator('label', { hasText: '২ বার' }).first().click();
    await dialog.locator('label', { hasText: 'তাহলে কোনোটিই না' }).click();
    await expect(dialog.locator('[data-dates] li')).toHaveCount(2);
    const keys = await loseAnswer(page, '**/api/v1/series');
    await holdsTheRules(page);
    await dialog.getByRole('button', { name: /তারিখ বুক করুন/ }).click();
    await expect(page.getByRole('alert')).toContainText('দুবার হবে না');
    await dialog.getByRole('button', { name: 'আবার চেষ্টা করুন' }).click();
    await expect(page.getByText('২টি তারিখ বুক হলো')).toBeVisible();
    expect(new Set(keys).size).toBe(1);
    const { items } = await member.get('/bookings?limit=200');
    const { series_id } = items.find((one: { series_id?: string; state: string }) =>
      one.series_id && one.state === 'confirmed');
    await member.ask(`/series/${series_id}/cancel`, {});
  });

test('a count that is none is said, and nothing is booked without it', async ({ page }) => {
  await page.locator('[data-start]').last().click();
  await expect(confirm(page)).toContainText('৳');
  await page.getByLabel(/কতটি/).fill('অনেক 🙂');
  await expect(page.getByText('সংখ্যাটি বেশি বড় বা ছোট।')).toBeVisible();
  await expect(confirm(page)).toBeDisabled();
  await page.getByLabel(/কতটি/).fill('৩০');
  await expect(confirm(page)).toBeEnabled();
});

test('what is booked can be moved and cancelled', async ({ page, person }) => {
  const member = await person('member');
  const booking = await member.bookSoon('cad-1', 60, 4 * 24 * 60);
  await page.goto(`/bookings/${booking.id}`);
  await page.getByRole('button', { name: 'সময় বদলান' }).click();
  await page.getByRole('dialog').locator('[data-start]').nth(4).click();
  await holdsTheRules(page);
  await page.getByRole('button', { name: /^ঠিক করুন/ }).click();
  await expect(page.getByText('বুকিং বদলানো হয়েছে')).toBeVisible();
  const moved = await member.get(`/bookings/${booking.id}`);
  expect(moved.start).not.toBe(booking.start);

  await page.getByRole('button', { name: 'বুকিং বাতিল' }).click();
  await page.getByLabel(/কারণ/).fill('মাল আসেনি');
  await page.getByRole('dialog').getByRole('button', { name: 'বুকিং বাতিল' }).click();
  await expect(page.locator('.card').getByText('বাতিল', { exact: true }).first()).toBeVisible();
  expect((await member.get(`/bookings/${booking.id}`)).state).toBe('cancelled');
});

test('a move whose answer got lost is asked for again', async ({ page, person }) => {
  const member = await person('member');
  const booking = await member.bookSoon('cad-1', 60, 5 * 24 * 60);
  await page.goto(`/bookings/${booking.id}`);
  const keys = await loseAnswer(page, `**/api/v1/bookings/${booking.id}`, 'PATCH');
  await page.getByRole('button', { name: 'সময় বদলান' }).click();
  await page.getByRole('dialog').locator('[data-start]').nth(6).click();
  await page.getByRole('button', { name: /^ঠিক করুন/ }).click();
  await expect(page.getByRole('alert')).toContainText('দুবার হবে না');
  await page.getByRole('dialog').getByRole('button', { name: 'আবার চেষ্টা করুন' }).click();
  await expect(page.getByText('বুকিং বদলানো হয়েছে')).toBeVisible();
  expect(new Set(keys).size).toBe(1);
  expect((await member.get(`/bookings/${booking.id}`)).version).toBe(booking.version + 1);
});

test('a booking moves to the other machine that is offered', async ({ page, person }) => {
  const member = await person('member');
  const booking = await member.bookSoon('laser-2', 30, 6 * 24 * 60);
  await page.route('**/api/v1/events', (route) => route.abort());
  await page.goto(`/bookings/${booking.id}`);
  await page.getByRole('button', { name: 'সময় বদলান' }).click();
  const start = page.getByRole('dialog').locator('[data-start]').nth(4);
  const at = Number(await start.getAttribute('data-start'));
  await takeAway(await person('member_b'), at);
  await start.click();
  await page.getByRole('button', { name: /^ঠিক করুন/ }).click();
  await expect(page.getByRole('alert')).toContainText('slot_taken');
  await page.locator('[data-alternatives] button', { hasText: 'লেজার কাটার ১' }).first().click();
  await page.getByRole('button', { name: /^ঠিক করুন: লেজার কাটার ১/ }).click();
  await expect(page.getByText('বুকিং বদলানো হয়েছে')).toBeVisible();
  expect((await member.get(`/bookings/${booking.id}`)).machine.slug).toBe('laser-1');
});

test('staff say first for whom', async ({ page, open, person }) => {
  const now = await (await person('operator')).now();
  await open('operator', `/book?machine=laser-2&day=${dayAhead(now, 5)}`);
  await expect(page.locator('[data-start]')).toHaveCount(0);
  await page.getByRole('searchbox').fill('খ');
  await page.getByRole('button', { name: /জুতা কারখানা খ/ }).click();
  await page.locator('[data-start]').first().click();
  await expect(page.getByRole('dialog')).toContainText('জুতা কারখানা খ');
  await confirm(page).click();
  await expect(booked(page)).toBeVisible();
});
