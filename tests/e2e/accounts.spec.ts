import type { Page } from '@playwright/test';
import type { Person } from './support/api.ts';
import { loseAnswer } from './support/lost.ts';
import { holdsTheRules } from './support/rules.ts';
import { anotherBill } from './support/seed.ts';
import { expect, test } from './support/world.ts';

const PART = 1;

/** A bill on which something is due still. */
async function openBill(accountant: Person) {
  const { items } = await accountant.get('/invoices?state=final');
  return items.find((one: { kind: string; total: { amount: number }; paid: { amount: number } }) =>
    one.kind === 'invoice' && one.total.amount - one.paid.amount > 2 * PART)
    ?? anotherBill(accountant, items.at(-1));
}

const take = (page: Page) => page.getByRole('button', { name: 'নগদ টাকা নিন' });
const dialog = (page: Page) => page.getByRole('dialog');

test('cash whose receipt got lost on the way is booked once', async ({ page, open, person }) => {
  const accountant = await person('accountant');
  const bill = await openBill(accountant);
  await open('accountant', `/invoices/${bill.id}`);
  const keys = await loseAnswer(page, '**/payments');
  await take(page).click();
  await page.getByLabel(/কত টাকা/).fill('০.০১');
  await page.getByRole('button', { name: /জমা নিন/ }).click();
  await expect(dialog(page).getByRole('alert')).toContainText('network');
  await expect(page.getByLabel(/কত টাকা/)).toBeDisabled();
  await holdsTheRules(page);

  // Closed and opened again it is the same payment still.
  await dialog(page).getByRole('button', { name: 'বন্ধ করুন' }).click();
  await take(page).click();
  await expect(page.getByLabel(/কত টাকা/)).toHaveValue('০.০১');
  await dialog(page).getByRole('button', { name: 'আবার চেষ্টা করুন' }).click();
  await expect(page.getByText('রসিদ')).toBeVisible();
  expect(new Set(keys).size).toBe(1);
  const { paid } = await accountant.get(`/invoices/${bill.id}`);
  expect(paid.amount).toBe(bill.paid.amount + PART);
});
