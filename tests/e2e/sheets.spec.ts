// What the manager enters about hours, limits and tools: every form keeps the rules as it opens.

import { holdsTheRules } from './support/rules.ts';
import { expect, test } from './support/world.ts';

const forms: [address: string, button: string][] = [
  ['/hours', 'নতুন সময়'],
  ['/hours', 'কিছু দিনের জন্য অন্য সময়'],
  ['/hours', 'ছুটি যোগ'],
  ['/hours', 'সময় লিখুন'],
  ['/rules', 'সীমা দিন'],
  ['/rules', 'সময় সংরক্ষণ'],
  ['/rules', 'নতুন দল'],
  ['/resources', 'নতুন সরঞ্জাম'],
  ['/resources', 'যা লাগে'],
  ['/shifts', 'নতুন পালা'],
  ['/timetables', 'বন্ধের সময় দিন'],
  ['/maintenance', 'সার্ভিসের পরিকল্পনা'],
  ['/notices', 'আমাকে জানানোর উপায়'],
  ['/bookings', 'আমার ফোনের ক্যালেন্ডারে'],
];

test('every form of the manager keeps the rules', async ({ page, open }) => {
  test.setTimeout(240_000);
  for (const [address, button] of forms) {
    await test.step(`${address}: ${button}`, async () => {
      await open('manager', address);
      await page.getByRole('button', { name: button }).first().click();
      await expect(page.getByRole('dialog')).toBeVisible();
      await holdsTheRules(page);
    });
  }
});

test('a list of holidays is read from a file', async ({ page, open }) => {
  await open('manager', '/hours');
  await page.getByRole('button', { name: 'ছুটি যোগ' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.locator('label', { hasText: 'তালিকা' }).first().click();
  await holdsTheRules(page);
  const rows = '2031-12-16,Victory Day,বিজয় দিবস\n';
  await dialog.locator('input[type=file]')
    .setInputFiles({ name: 'holidays-2031.csv', mimeType: 'text/csv', buffer: Buffer.from(rows) });
  await expect(dialog.getByText('বাছা হয়েছে: holidays-২০৩১.csv')).toBeVisible();
  await dialog.getByLabel('তালিকা কোথাকার').fill('জনপ্রশাসন');
  await dialog.getByRole('button', { name: 'সেভ করুন' }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText('বিজয় দিবস')).toBeVisible();
});
