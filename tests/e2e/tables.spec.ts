import { holdsTheRules } from './support/rules.ts';
import { expect, test } from './support/world.ts';

test('a table is checked, mended and taken over', async ({ page, open, person }) => {
  const manager = await person('manager');
  const name = `Rokeya ${await manager.now()}`;
  await open('manager', '/imports');
  const table = page.getByRole('textbox');
  await table.fill(`name_en;name_bn;phone\n${name};রোকেয়া;১২\n`);
  await page.getByRole('button', { name: 'যাচাই করুন' }).click();
  const fault = page.getByRole('row').filter({ hasText: 'phone' });
  await expect(fault).toContainText('২');
  await expect(fault).toContainText('১২');
  await holdsTheRules(page);

  await table.fill(`name_en;name_bn;phone\n${name};রোকেয়া;\n`);
  await page.getByRole('button', { name: 'যাচাই করুন' }).click();
  await expect(page.getByRole('heading', { name: 'যা হবে' })).toBeVisible();
  await page.getByRole('button', { name: 'গ্রহণ করুন' }).click();
  await expect(page.getByRole('heading', { name: 'নেওয়া হয়েছে' })).toBeVisible();
  const { items } = await manager.get(`/enterprises?search=${encodeURIComponent(name)}`);
  expect(items).toHaveLength(1);
});

test('a month goes to spreadsheets and to the programs of accountants', async (
  { page, open, demo },
) => {
  await open('accountant', '/invoices');
  await page.getByText('হিসাবের প্রোগ্রামের জন্য').click();
  await holdsTheRules(page);
  const links = await page.locator('a[href^="/api/v1/exports/"]').evaluateAll(
    (all) => all.map((one) => one.getAttribute('href')!));
  expect(links).toHaveLength(19);
  for (const link of links) {
    const answer = await page.request.get(demo.address + link);
    expect(answer.status(), link).toBe(200);
  }
});
