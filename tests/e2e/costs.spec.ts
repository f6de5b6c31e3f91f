import { holdsTheRules } from './support/rules.ts';
import { expect, test } from './support/world.ts';

test('the bill of the utility is entered, compared, shared out, and costs are recovered', async (
  { page, open }, info,
) => {
  test.setTimeout(240_000);
  const number = `২৬-${info.project.name}`;
  await open('accountant', '/costs');
  await page.getByRole('button', { name: 'বিল লিখুন' }).click();
  const sheet = page.getByRole('dialog');
  await sheet.getByLabel('কাগজের নম্বর').fill(number);
  const before = sheet.getByRole('group', { name: 'আগের রিডিংয়ের দিন' });
  const now = sheet.getByRole('group', { name: 'এবারের রিডিংয়ের দিন' });
  // Each kind of screen has a month of its own.
  const back = info.project.name === 'phone' ? 2 : 4;
  for (const [group, months] of [[before, back], [now, back - 1]] as const) {
    const choice = group.getByLabel('মাস');
    const keys = await choice.locator('option').evaluateAll((all) =>
      all.map((one) => (one as HTMLOptionElement).value).sort());
    await choice.selectOption(keys.at(-1 - months)!);
    await group.getByLabel('দিন').selectOption('01');
  }
  await sheet.getByLabel('ইউনিট, পিক', { exact: true }).fill('৩০০');
  await sheet.getByLabel('টাকা, পিক', { exact: true }).fill('৩৮৮৫');
  await sheet.getByLabel('ইউনিট, অফ-পিক').fill('১০০০');
  await sheet.getByLabel('টাকা, অফ-পিক').fill('৯৬৮০');
  await sheet.getByLabel('ডিমান্ড চার্জ').fill('১৪৪০');
  await sheet.getByLabel('মোট', { exact: true }).fill('১৫০০৬');
  await sheet.getByLabel('উৎস').fill('ফাইলের কাগজ');
  await expect(sheet.getByText('লাইনগুলোর যোগফল')).toContainText('১৫,০০৫.০০');
  await expect(sheet.getByRole('button', { name: 'সেভ করুন' })).toBeDisabled();
  await sheet.getByLabel('মোট', { exact: true }).fill('১৫০০৫');
  await holdsTheRules(page);
  await sheet.getByRole('button', { name: 'সেভ করুন' }).click();
  await expect(page.getByText('বিল রাখা হয়েছে')).toBeVisible();
  await page.locator(`[data-bill="${number}"]`).click();
  await expect(page.locator('[data-reconciliation]')).toContainText('১,৩০০.০০০ ইউনিট');
  await expect(page.locator('[data-shares]')).toContainText('পুরো কেন্দ্র');
  await holdsTheRules(page);

  await open('accountant', '/costs');
  await page.getByRole('button', { name: 'খরচ লিখুন' }).click();
  const cost = page.getByRole('dialog');
  await cost.getByLabel('মাসে কত টাকা').fill('১২০০০');
  await cost.getByLabel('উৎস').fill('বেতনের খাতা');
  await holdsTheRules(page);
  await cost.getByRole('button', { name: 'সেভ করুন' }).click();
  await expect(page.getByText('খরচ রাখা হয়েছে')).toBeVisible();
  await expect(page.locator('[data-report]')).toContainText('অপারেটর');
  await expect(page.locator('[data-mode]')).toHaveText('আয়মুখী');
  await holdsTheRules(page);
});
