import type { Page } from '@playwright/test';
import { holdsTheRules } from './support/rules.ts';
import { worksByThePiece } from './support/seed.ts';
import { expect, test } from './support/world.ts';

const ZONE_MS = 6 * 3_600_000;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

const dayAhead = (now: number, days: number) =>
  new Date(now + ZONE_MS + days * DAY_MS).toISOString().slice(0, 10);

const confirm = (page: Page) =>
  page.getByRole('button', { name: /^নিশ্চিত করুন/ });

test('by what is to be made: a picture, how many, and the best times with their price', async (
  { page, open, person },
) => {
  await worksByThePiece(await person('manager'));
  const member = await person('member');
  await open('member', '/book');
  await page.locator('[data-find] label', { hasText: 'সোল কাটা' }).click();
  await expect(page.locator('[data-find] label svg').first()).toBeVisible();
  await page.getByLabel('কতটি?').fill('১৫০');
  await page.locator('[data-find]').getByText('আগামীকাল').click();
  const offers = page.locator('[data-offer]');
  await expect(offers).toHaveCount(3);
  await expect(offers.first()).toContainText('৳');
  await expect(offers.first()).toContainText('আগামীকাল');
  // Some hours of the day cost more and some have no sun: the best say so, in words.
  await expect(offers.first()).toContainText('কম দাম');
  await expect(offers.first()).toContainText('কম কার্বন');
  await holdsTheRules(page);

  await offers.first().click();
  // 150 soles at 30 s are an hour and a quarter, which is none of the usual lengths.
  const length = page.getByRole('dialog').locator('label', { hasText: '১ ঘণ্টা ১৫ মিনিট' });
  await expect(length.locator('input')).toBeChecked();
  await expect(page.getByRole('dialog').getByLabel(/কতটি/)).toHaveValue('১৫০');
  await expect(confirm(page)).toContainText('৳');
  await confirm(page).click();
  await expect(page.getByRole('heading', { name: 'বুকিং হয়েছে' })).toBeVisible();
  const { items } = await member.get('/bookings?limit=200');
  const made = items.find((one: { quantity: number | null }) => one.quantity === 150);
  expect(Date.parse(made.end) - Date.parse(made.start)).toBe(75 * 60_000);
  await member.ask(`/bookings/${made.id}/cancel`, {});
});

test('on any day, and when nothing is left', async ({ page, open, person }) => {
  await worksByThePiece(await person('manager'));
  await open('member', '/book');
  await page.locator('[data-find] label', { hasText: 'আপার কাটা' }).click();
  await page.getByLabel('কতটি?').fill('১০');
  await expect(page.locator('[data-offer]').first()).toContainText('লেজার');
  await page.getByLabel('কতটি?').fill('৯৯৯৯');
  await expect(page.getByText('এই দিনগুলোতে সময় মেলে না')).toBeVisible();
  await holdsTheRules(page);
});

test('a price that holds no longer is worked out again, and that is said', async (
  { page, open, person },
) => {
  const now = await (await person('member')).now();
  await open('member', `/book?machine=laser-2&day=${dayAhead(now, 3)}`);
  let refused = 0;
  let quotes = 0;
  page.on('request', (request) => {
    if (request.url().endsWith('/api/v1/quotes')) quotes++;
  });
  await page.route('**/api/v1/bookings', (route) => {
    if (route.request().method() !== 'POST' || refused++ > 0) return route.continue();
    return route.fulfill({
      status: 409, contentType: 'application/problem+json',
      json: { type: 'about:blank', title: 'Conflict', status: 409, code: 'quote_expired' },
    });
  });
  await page.locator('[data-start]').nth(6).click();
  await expect(confirm(page)).toContainText('৳');
  const before = quotes;
  await confirm(page).click();
  await expect(page.getByText('আগের দরের মেয়াদ শেষ')).toBeVisible();
  expect(quotes).toBe(before + 1);
  await expect(page.getByRole('alert')).toHaveCount(0);
  await holdsTheRules(page);
  await confirm(page).click();
  await expect(page.getByRole('heading', { name: 'বুকিং হয়েছে' })).toBeVisible();
});

test('what was let pass for a booking stands on its page', async ({ page, open, person }, info) => {
  const manager = await person('manager');
  const member = await person('member');
  const machine = await member.machine('cad-1');
  const ahead = info.project.name === 'phone' ? 11 : 12;
  const start = Date.parse(`${dayAhead(await member.now(), ahead)}T10:00:00+06:00`);
  // Longer than the machine's longest booking.
  const booking = await manager.ask('/bookings', {
    machine_id: machine.id, enterprise_id: member.enterprise,
    start: new Date(start).toISOString(), end: new Date(start + 9 * HOUR_MS).toISOString(),
    overrides: [{ rule: 'too_long', reason: 'ঈদের আগে জরুরি' }],
  });
  await open('member', `/bookings/${booking.id}`);
  const passed = page.locator('[data-overrides]');
  await expect(passed).toContainText('খুব বেশি সময়');
  await expect(passed).toContainText('ঈদের আগে জরুরি');
  await holdsTheRules(page);
  const { overrides } = await member.get(`/bookings/${booking.id}`);
  await expect(passed).toContainText(overrides[0].by.bn);
  await manager.ask(`/bookings/${booking.id}/cancel`, { reason: 'শেষ' });
});
