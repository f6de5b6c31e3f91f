import { holdsTheRules } from './support/rules.ts';
import { expect, test } from './support/world.ts';

test('a booking rings the bell, and what is read rings no more', async ({ page, open, person }) => {
  await open('member', '/');
  const bell = page.locator('header [data-unread]');
  await expect(bell).toBeVisible();
  const before = Number(await bell.getAttribute('data-unread'));
  const booking = await (await person('member')).bookSoon('cad-1', 30, 24 * 60);
  await expect(bell).toHaveAttribute('data-unread', String(before + 1), { timeout: 15_000 });
  await bell.click();
  const notice = page.locator('[data-notice=booking_confirmed]').first();
  await expect(notice).toContainText('বুকিং হয়েছে');
  await expect(notice).toContainText('নতুন');
  await holdsTheRules(page);
  await expect(bell).toHaveAttribute('data-unread', '0');
  await notice.getByRole('link', { name: 'দেখুন' }).click();
  await expect(page).toHaveURL(new RegExp(`/bookings/${booking.id}$`));
});

test('the manager sets how an ME is told, and when nobody is', async ({ page, open }) => {
  await open('manager', '/enterprises');
  await page.locator('li.card').first().getByRole('link', { name: /যোগাযোগ/ }).click();
  const sheet = page.locator('section.card').first();
  await sheet.getByRole('button', { name: 'বদলান' }).first().click();
  await sheet.getByLabel('ই-মেইল ঠিকানা').fill('no address');
  await sheet.getByRole('button', { name: 'সেভ করুন' }).click();
  await expect(sheet.getByLabel('ই-মেইল ঠিকানা')).toHaveJSProperty('validity.valid', false);
  await sheet.getByLabel('ই-মেইল ঠিকানা').fill('mita@example.org');
  await holdsTheRules(page);
  await sheet.getByRole('button', { name: 'সেভ করুন' }).click();
  await expect(page.getByText('রাখা হয়েছে')).toBeVisible();
  await expect(sheet).toContainText('mita@example.org');

  await open('manager', '/messages');
  await page.getByLabel('থেকে').selectOption('1290');
  await page.getByRole('button', { name: 'সেভ করুন' }).click();
  await expect(page.getByText('নীরব সময় ঠিক হয়েছে')).toBeVisible();
  await page.getByLabel('ঠিকানা').fill('https://example.org/hook');
  await page.getByRole('button', { name: 'যোগ করুন' }).click();
  await expect(page.getByText(/^whsec_/)).toBeVisible();
  await holdsTheRules(page);
  await page.getByRole('button', { name: 'সরান' }).first().click();
  await expect(page.getByText('https://example.org/hook')).toBeHidden();
});
