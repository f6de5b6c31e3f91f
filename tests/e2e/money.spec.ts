import type { Person } from './support/api.ts';
import { holdsTheRules } from './support/rules.ts';
import { anotherBill } from './support/seed.ts';
import { expect, test } from './support/world.ts';

const TAKA = 100;

interface Bill {
  id: string;
  enterprise: { id: string };
  kind: string;
  issued_at: string;
  total: { amount: number };
  paid: { amount: number };
}

/** A bill on which more than so much is due still. */
async function openBill(accountant: Person, least: number): Promise<Bill> {
  const { items } = await accountant.get('/invoices?state=final');
  const open = items.find((one: Bill) =>
    one.kind === 'invoice' && one.total.amount - one.paid.amount > least);
  return open ?? anotherBill(accountant, items.at(-1));
}

test('cash is rounded, what was sent is booked by another, and the day is closed',
  async ({ page, open, person }) => {
    const accountant = await person('accountant');

    // A bill that is not in whole taka is settled in whole taka.
    const odd = await openBill(accountant, 2 * TAKA);
    const due = odd.total.amount - odd.paid.amount;
    if (due % TAKA === 0)
      await accountant.ask(`/invoices/${odd.id}/payments`,
        { amount: { amount: 51, currency: 'BDT' }, method: 'cash' });
    await open('accountant', `/invoices/${odd.id}`);
    await page.getByRole('button', { name: 'নগদ টাকা নিন' }).click();
    await holdsTheRules(page);
    await page.getByRole('button', { name: /জমা নিন/ }).click();
    await expect(page.getByText('রসিদ')).toBeVisible();
    const settled: Bill = await accountant.get(`/invoices/${odd.id}`);
    expect(settled.paid.amount).toBe(settled.total.amount);

    // The accountant says what was sent, and may not book it; the manager does.
    const trx = `T${Date.now()}`;
    await accountant.ask('/claims', { channel: 'bkash', trx_id: trx,
      enterprise_id: odd.enterprise.id, amount: { amount: 5 * TAKA, currency: 'BDT' } });
    await open('accountant', '/claims');
    const mine = page.getByRole('listitem').filter({ hasText: trx });
    await mine.getByRole('button', { name: 'অ্যাপে দেখেছি' }).click();
    await expect(mine.getByText('অন্য কাউকে এটি করতে হবে।')).toBeVisible();
    await holdsTheRules(page);
    await open('manager', '/claims');
    await mine.getByRole('button', { name: 'জমা করুন' }).click();
    await expect(mine.getByText('জমা হয়েছে')).toBeVisible();

    // The drawer is counted from the keyboard, and what differs needs a reason; once a day.
    const days = await accountant.get('/cash-days');
    if (days.items.some((one: { day: string }) => one.day === days.today.day)) return;
    await open('accountant', '/close');
    const hundreds = page.getByLabel('৳ ১০০', { exact: true });
    await hundreds.focus();
    await page.keyboard.type('২');
    await expect(page.getByRole('button', { name: 'দিন বন্ধ করুন' })).toBeDisabled();
    await page.getByLabel('কারণ').first().fill('ভাংতি');
    await page.keyboard.press('Enter');
    await expect(page.getByText('দিন বন্ধ হয়েছে।')).toBeVisible();
    await holdsTheRules(page);
    const { items } = await accountant.get('/cash-days');
    expect(items[0].counted.amount).toBe(200 * TAKA);
  });
