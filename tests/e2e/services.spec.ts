import type { Page } from '@playwright/test';
import type { Person } from './support/api.ts';
import { holdsTheRules } from './support/rules.ts';
import { expect, test } from './support/world.ts';

const TAKA = 100;
const ZONE_MS = 6 * 3_600_000;

const sheet = (page: Page) => page.getByRole('dialog');
const press = (page: Page, name: string) => page.getByRole('button', { name }).click();
const save = (page: Page, name: string) =>
  sheet(page).getByRole('button', { name, exact: true }).click();

/** The accountant enters what is sold: fifty taka, of eighty that it costs. */
async function enter(page: Page, code: string, name: string): Promise<void> {
  await press(page, 'সেবা লিখুন');
  await sheet(page).getByLabel('ছোট নাম').fill(code);
  await sheet(page).getByLabel('নাম (বাংলায়)').fill(name);
  await sheet(page).getByLabel('নাম (ইংরেজি অক্ষরে)').fill(code);
  await sheet(page).getByLabel('প্রতি একক কত টাকা').fill('৫০');
  await sheet(page).getByLabel(/^পুরো দাম/).fill('৪০');
  await sheet(page).getByText('জনসেবা').click();
  await sheet(page).getByLabel('দাম কে ঠিক করেছেন').fill('কমিটির সভা');
  await expect(sheet(page).getByText('পুরো দাম ক্রেতার দামের চেয়ে কম হয় না।')).toBeVisible();
  await expect(sheet(page).getByRole('button', { name: 'সেভ করুন' })).toBeDisabled();
  await sheet(page).getByLabel(/^পুরো দাম/).fill('৮০');
  await holdsTheRules(page);
  await save(page, 'সেভ করুন');
  await expect(page.locator(`[data-service="${code}"]`)).toContainText('অন্যে বহন করে');
  await holdsTheRules(page);
}

/** The operator sells three, from the desk. */
async function sell(page: Page, code: string, buyer: string): Promise<void> {
  await page.getByRole('link', { name: 'সেবা', exact: true }).first().click();
  await page.locator(`[data-service="${code}"]`).getByRole('button').first().click();
  await sheet(page).getByRole('searchbox').fill(buyer);
  await sheet(page).getByRole('button', { name: buyer }).click();
  await sheet(page).getByLabel('কত (পিস)').fill('৩');
  await expect(sheet(page).getByText('= ৳')).toContainText('১৫০.০০');
  await holdsTheRules(page);
  await save(page, 'বিক্রি করুন');
  await expect(page.getByText(/^বিক্রি হয়েছে/)).toBeVisible();
}

/** The bills of one enterprise are run; its draft. */
async function draftOf(accountant: Person, enterprise: string) {
  const period = new Date((await accountant.now()) + ZONE_MS).toISOString().slice(0, 7);
  const order = { period, dry_run: false, enterprise_id: enterprise };
  const { invoices } = await accountant.ask('/billing-runs', order);
  expect(invoices).toHaveLength(1);
  return invoices[0] as { id: string; total: { amount: number } };
}

async function makeFinal(page: Page): Promise<void> {
  await press(page, 'চূড়ান্ত করুন');
  await expect(sheet(page)).toBeVisible();
  const why = sheet(page).getByLabel('এখনই কেন');
  if ((await why.count()) > 0) await why.fill('হিসাব বন্ধ হচ্ছে');
  await save(page, 'চূড়ান্ত করুন');
}

test('a service is sold, waits, is billed, and given back by two people', async (
  { page, open, person }, info,
) => {
  test.setTimeout(240_000);
  const accountant = await person('accountant');
  const manager = await person('manager');
  const code = `cad-${info.project.name}-${info.retry}`;
  const buyer = `ছাপাঘর ${info.project.name}${'ক'.repeat(info.retry)}`;
  const { id: enterprise } = await manager.ask('/enterprises', { name: { en: code, bn: buyer } });

  await open('accountant', '/services');
  await enter(page, code, 'নকশা ছাপা');

  await open('operator', '/desk');
  await sell(page, code, buyer);

  // It waits until the bills are run.
  await open('accountant', '/items');
  const waiting = page.locator('[data-item]', { hasText: buyer });
  await expect(waiting).toContainText('বিলের অপেক্ষায়');
  await expect(waiting).toContainText('৯০.০০');
  await waiting.getByRole('button', { name: 'তুলে নিন' }).click();
  await holdsTheRules(page);
  const draft = await draftOf(accountant, enterprise);
  expect(draft.total.amount).toBe(150 * TAKA);
  await waiting.getByLabel('কারণ').fill('ভুল');
  await waiting.locator('form').getByRole('button').click();
  await expect(waiting.getByRole('alert')).toContainText('on_a_draft');

  await open('accountant', `/invoices/${draft.id}`);
  await makeFinal(page);
  await expect(page.getByText('নম্বর:')).toBeVisible();

  // A part of its line is given back, and not by one person alone.
  await press(page, 'টাকা ফেরত (ক্রেডিট নোট)');
  const amount = sheet(page).getByLabel('ফেরত, টাকায়');
  await press(page, '১ নম্বর লাইনের পুরোটা');
  await expect(amount).toHaveValue('১৫০.০০');
  await amount.fill('১৫০.০১');
  await expect(sheet(page).getByText('লাইনটি মাত্র')).toBeVisible();
  await amount.fill('৫০');
  await sheet(page).getByLabel('কারণ').fill('একটি নকশা ভুল ছিল');
  await holdsTheRules(page);
  await save(page, 'ক্রেডিট নোটের খসড়া করুন');
  await expect(page.getByText('যিনি এই ক্রেডিট নোট চেয়েছেন')).toBeVisible();
  await holdsTheRules(page);
  const address = new URL(page.url()).pathname;
  expect(address).not.toBe(`/invoices/${draft.id}`);
  await makeFinal(page);
  await expect(sheet(page).getByRole('alert')).toContainText('same_person');
  await open('manager', address);
  await makeFinal(page);
  await expect(page.getByText('ক্রেডিট নোট চূড়ান্ত হয়েছে')).toBeVisible();
  const note = await accountant.get(address);
  expect([note.state, note.kind, note.total.amount]).toEqual(['final', 'credit_note', 50 * TAKA]);

  // The bill names its note, and is itself as it was.
  await page.getByRole('link', { name: 'যে বিল সংশোধন করা হয়েছে' }).click();
  const given = page.locator(`a[href="${address}"]`);
  await expect(given).toContainText('−৳');
  await expect(given).toContainText('৫০.০০');
  await holdsTheRules(page);
  const bill = await accountant.get(`/invoices/${draft.id}`);
  expect(bill.total.amount).toBe(150 * TAKA);
});

test('a service ends, and what waits is taken back', async ({ page, open, person }, info) => {
  const accountant = await person('accountant');
  const manager = await person('manager');
  const code = `scan-${info.project.name}-${info.retry}`;
  const buyer = `স্ক্যানঘর ${info.project.name}${'ক'.repeat(info.retry)}`;
  const { id } = await manager.ask('/enterprises', { name: { en: code, bn: buyer } });
  const label = { en: code, bn: 'স্ক্যান' };
  await accountant.ask('/services',
    { code, label, unit: 'page', price_e4: 2_500_000, source: 'board' });
  await accountant.ask('/services/sales', { code, enterprise_id: id, quantity: 4 });

  await open('accountant', '/services');
  const card = page.locator(`[data-service="${code}"]`);
  await expect(card).toContainText('প্রতি পাতা ৳ ২.৫০');
  await card.getByRole('button', { name: 'নতুন দাম' }).click();
  await expect(sheet(page).getByLabel('প্রতি একক কত টাকা')).toHaveValue('২.৫০');
  await sheet(page).getByLabel('দাম কে ঠিক করেছেন').fill('কমিটির সভা ২');
  await sheet(page).getByText('তখন থেকে আর বিক্রি হবে না').click();
  await holdsTheRules(page);
  await save(page, 'সেভ করুন');
  await expect(card).toContainText('আর বিক্রি হয় না');
  await expect(card.getByRole('button', { name: /^বিক্রি করুন/ })).toHaveCount(0);
  await holdsTheRules(page);

  await open('accountant', '/items');
  const waiting = page.locator('[data-item]', { hasText: buyer });
  await waiting.getByRole('button', { name: 'তুলে নিন' }).click();
  await waiting.getByLabel('কারণ').fill('ভুল');
  await waiting.locator('form').getByRole('button').click();
  await expect(waiting).toContainText('তুলে নেওয়া');
  const { items } = await accountant.get(`/items?enterprise_id=${id}`);
  expect(items.map((one: { state: string }) => one.state)).toEqual(['withdrawn']);
});

test('a rate of tax and a regime are set for a day to come', async ({ page, open, person }) => {
  const accountant = await person('accountant');
  const before = await accountant.get('/taxes');
  await open('accountant', '/taxes');
  await holdsTheRules(page);
  // A day of its own each time; so far ahead that no other story is taxed.
  const ahead = (before.codes.length % 60) + 30;

  await press(page, 'হার ঠিক করুন');
  await sheet(page).getByLabel('নাম (বাংলায়)').fill('সাধারণ হার');
  await sheet(page).getByLabel('নাম (ইংরেজি অক্ষরে)').fill('Standard rate');
  await sheet(page).getByLabel('হার, শতকরা').fill('১৫০');
  await expect(sheet(page).getByText('০ থেকে ১০০ এর মধ্যে')).toBeVisible();
  await sheet(page).getByLabel('হার, শতকরা').fill('৭.৫');
  await sheet(page).getByLabel('আইনের সেবার কোড').fill('S099.20');
  await sheet(page).getByLabel('কবে থেকে').selectOption({ index: ahead });
  await sheet(page).getByLabel('উৎস').fill('এসআরও ১৮৬, ২০১৯');
  await holdsTheRules(page);
  await save(page, 'সেভ করুন');
  const rate = page.locator('[data-tax-code="standard"]', { hasText: '৭.৫০%' });
  await expect(rate.first()).toContainText('সামনে');

  await press(page, 'নিয়ম ঠিক করুন');
  await sheet(page).getByText('ভ্যাট', { exact: true }).click();
  await sheet(page).getByLabel('বিআইএন').fill('০০১২৩৪৫৬৭');
  await expect(sheet(page).getByText('বিআইএনে ১৩টি অঙ্ক')).toBeVisible();
  await sheet(page).getByLabel('বিআইএন').fill('০০১২৩৪৫৬৭-০১০১');
  await sheet(page).getByText('দামের মধ্যে ভ্যাট আছে').click();
  await sheet(page).getByLabel('কবে থেকে').selectOption({ index: ahead });
  await sheet(page).getByLabel('উৎস').fill('নিবন্ধন সনদ');
  await holdsTheRules(page);
  await save(page, 'সেভ করুন');
  await expect(page.getByText('001234567-0101').first()).toBeVisible();
  await holdsTheRules(page);
  const after = await accountant.get('/taxes');
  expect(after.regime).toBe(before.regime);
  expect(after.codes.at(-1).rate_e4).toBe(750);
  expect([after.settings.at(-1).regime, after.settings.at(-1).inclusive]).toEqual(['vat', true]);
});
