// The whole road: a phone books, an operator runs the machine, an accountant bills it, and
// everybody can follow a line of the bill down to the registers of the meter.

import type { Browser, Page } from '@playwright/test';
import { desk, phone } from './support/browsers.ts';
import { holdsTheRules } from './support/rules.ts';
import { expect, test } from './support/world.ts';

const tablet = { viewport: { width: 1024, height: 768 }, hasTouch: true };
const newPage = async (browser: Browser, size: object) =>
  (await browser.newContext({ ...size, locale: 'bn-BD', timezoneId: 'Asia/Dhaka' })).newPage();

const card = (page: Page) => page.locator('[data-machine=laser-1]');

/** The number in a text with Bangla digits. */
const number = (text: string) => Number(text
  .replace(/[০-৯]/g, (digit) => String(digit.charCodeAt(0) - 0x09e6)).replace(/[^0-9.]/g, ''));

test.describe.configure({ mode: 'serial' });

test('booked in three taps from the board', async ({ browser, open, watch }) => {
  const page = await newPage(browser, phone);
  await watch(page);
  await open('member', '/', 'bn', page);
  await card(page).getByRole('link', { name: 'এই মেশিন বুক করুন' }).tap();
  await page.getByRole('dialog').locator('label', { hasText: '১ ঘণ্টা' }).first().tap();
  await expect(page.getByRole('button', { name: /^নিশ্চিত করুন · ৳/ })).toBeEnabled();
  await page.getByRole('button', { name: /^নিশ্চিত করুন/ }).tap();
  await expect(page.getByRole('heading', { name: 'বুকিং হয়েছে' })).toBeVisible();
  await page.context().close();
});

test('started, watched and stopped with a count', async ({ browser, open, watch }) => {
  const page = await newPage(browser, tablet);
  await watch(page);
  await open('operator', '/', 'bn', page);
  const checkIn = card(page).getByRole('button', { name: 'এসেছেন' });
  await expect(checkIn).toBeVisible({ timeout: 90_000 });
  await checkIn.tap();
  await card(page).getByRole('button', { name: 'শুরু' }).tap();
  await expect(card(page).getByText('চলছে')).toBeVisible();
  await holdsTheRules(page);

  const watts = card(page).locator('.watts');
  await expect.poll(async () => number((await watts.textContent())!), { timeout: 60_000 })
    .toBeGreaterThan(100);
  const first = await watts.textContent();
  await expect(watts).not.toHaveText(first!);
  await expect(card(page)).toContainText('এ পর্যন্ত');
  await expect.poll(async () => number((await card(page).locator('.now .quiet').textContent())!),
    { timeout: 60_000 }).toBeGreaterThan(0.02);

  await card(page).getByRole('button', { name: 'শেষ' }).tap();
  for (const key of ['২', '৮', '৮'])
    await page.getByRole('button', { name: key, exact: true }).tap();
  await holdsTheRules(page);
  await page.getByRole('button', { name: 'শেষ করুন, ২৮৮ জোড়া' }).tap();
  await expect(card(page).getByText('খালি', { exact: true })).toBeVisible();
  await page.context().close();
});

test('the member sees power and registers of the job', async ({ browser, open, watch }) => {
  const page = await newPage(browser, phone);
  await watch(page);
  await open('member', '/jobs', 'bn', page);
  await page.locator('a.card', { hasText: 'লেজার কাটার ১' }).first().tap();
  const registers = page.locator('[data-registers]');
  await expect(registers).toContainText('শুরুর রিডিং');
  await expect(registers).toContainText('শেষের রিডিং');
  await expect(registers).toContainText('মিলেছে');
  await expect(registers.locator('.words .code').first())
    .toHaveText(/^[0-9A-F]{4}( [0-9A-F]{4})*$/);
  await expect(page.locator('canvas')).toBeVisible();
  await page.getByText('ছক আকারে').tap();
  await expect(page.locator('tbody th').first()).toBeVisible();
  await expect(page.locator('dl').first()).toContainText('২৮৮ জোড়া');
  await page.context().close();
});

async function bill(page: Page): Promise<void> {
  await page.getByRole('button', { name: /যাচাই/ }).click();
  await expect(page.getByText(/বিল হবে/)).toBeVisible();
  await expect(page.getByText('জুতা কারখানা ক')).toBeVisible();
  await page.getByRole('button', { name: /খসড়া তৈরি করুন/ }).click();
  await expect(page.getByText(/খসড়া তৈরি হয়েছে/)).toBeVisible();
  await page.locator('a.card', { hasText: 'জুতা কারখানা ক' }).first().click();
}

async function finalise(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'চূড়ান্ত করুন' }).click();
  await page.getByRole('dialog').getByLabel('এখনই কেন').fill('হিসাব বন্ধ হচ্ছে');
  await holdsTheRules(page);
  await page.getByRole('dialog').getByRole('button', { name: 'চূড়ান্ত করুন' }).click();
  await expect(page.getByText('নম্বর:')).toBeVisible();
}

async function takeCash(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'নগদ টাকা নিন' }).click();
  await page.getByRole('button', { name: /জমা নিন/ }).click();
  await expect(page.getByText('রসিদ')).toBeVisible();
  await page.getByRole('dialog').getByRole('button', { name: 'বন্ধ করুন' }).last().click();
  await expect(page.getByText('পরিশোধিত').first()).toBeVisible();
}

test('looked at, billed, finalised, paid, printed', async ({ browser, open, watch, demo }) => {
  const page = await newPage(browser, desk);
  await watch(page);
  await open('accountant', '/billing', 'bn', page);
  await bill(page);
  await finalise(page);
  await takeCash(page);
  for (const [language, paper] of [['bn', 'a4'], ['en', 'a5'], ['both', 'slip']] as const) {
    await page.getByRole('button', { name: 'দলিল ছাপুন' }).click();
    await page.getByLabel('ভাষা').selectOption(language);
    await page.getByLabel('কাগজ').selectOption(paper);
    const href = await page.getByRole('link', { name: 'পিডিএফ খুলুন' }).getAttribute('href');
    await page.keyboard.press('Escape');
    expect(href).toContain(`language=${language}&paper=${paper}`);
    const answer = await page.request.get(demo.address + href);
    expect(answer.status()).toBe(200);
    expect(answer.headers()['content-type']).toContain('application/pdf');
    expect((await answer.body()).subarray(0, 5).toString()).toBe('%PDF-');
  }

  // Three taps from the bill to the readings: the line, the job, the table.
  await page.locator('ol a', { hasText: 'বিদ্যুৎ' }).first().click();
  await expect(page.locator('.formula').first()).toContainText('×');
  await expect(page.locator('[data-registers] .words .code').first()).toHaveText(/[0-9A-F]{4}/);
  await page.getByRole('link', { name: 'এই কাজের সব রিডিং' }).click();
  await page.getByText('ছক আকারে').click();
  await expect(page.locator('tbody th').first()).toBeVisible();
  await page.context().close();
});

test('the month goes into a spreadsheet', async ({ open, page, demo }) => {
  await open('accountant', '/invoices');
  const link = page.locator('a[href*="/exports/invoices.csv"]');
  const answer = await page.request.get(demo.address + (await link.getAttribute('href')));
  expect(answer.headers()['content-type']).toContain('text/csv');
  expect((await answer.body()).subarray(0, 3).toString('hex')).toBe('efbbbf');
});
