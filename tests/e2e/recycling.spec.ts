import { holdsTheRules } from './support/rules.ts';
import { expect, test } from './support/world.ts';

test('a batch: weighed by the scale over the wire and by hand, and out of balance', async (
  { page, open }, info,
) => {
  test.setTimeout(240_000);
  const material = info.project.name === 'phone' ? 'সোল' : 'চামড়া';
  await open('manager', '/recycling');
  await page.getByRole('button', { name: 'উপাদান যোগ' }).click();
  const adding = page.getByRole('dialog');
  await adding.getByLabel('নাম (বাংলায়)').fill(material);
  await holdsTheRules(page);
  await adding.getByRole('button', { name: 'সেভ করুন' }).click();
  await expect(page.getByText('উপাদান রাখা হয়েছে')).toBeVisible();

  await open('operator', '/recycling');
  await page.getByRole('button', { name: 'ব্যাচ শুরু' }).click();
  await expect(page.locator('[data-batch]').first()).toContainText('চলছে');
  const weigh = async (direction: string, kg?: string) => {
    await page.getByRole('button', { name: 'ওজন করুন' }).click();
    const sheet = page.getByRole('dialog');
    await sheet.getByText(direction, { exact: true }).click();
    await sheet.getByLabel('উপাদান').selectOption({ label: material });
    if (kg) {
      await sheet.getByText('হাতে লেখা').click();
      await sheet.getByLabel('মোট ওজন, কেজি').fill(kg);
      await sheet.getByLabel('কেন হাতে লেখা').fill('পাল্লা মেরামতে');
    }
    await holdsTheRules(page);
    await sheet.getByRole('button', { name: 'সেভ করুন' }).click();
    await expect(sheet).toBeHidden();
  };
  await weigh('ভেতরে');
  await expect(page.locator('[data-ticket]').first()).toContainText('দাঁড়িপাল্লায়');
  await weigh('ভেতরে', '১০০');
  await weigh('বাইরে', '৮০.৫');
  await expect(page.locator('[data-ticket]').first()).toContainText('৮০.৫ কেজি');
  await page.getByRole('button', { name: 'ব্যাচ শেষ' }).click();
  await expect(page.locator('[data-batch]').first()).toContainText('হিসাব মেলে না');
  await expect(page.locator('[data-year]')).toContainText('কেজি');
  await holdsTheRules(page);
});
