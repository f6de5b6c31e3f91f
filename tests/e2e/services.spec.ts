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
