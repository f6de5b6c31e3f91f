// Who may do what: a role that waits for a second person, what is known of an ME, courses.
import { holdsTheRules } from './support/rules.ts';
import { expect, test } from './support/world.ts';

const unique = () => Date.now().toString(36).replace(/[0-9]/g, 'k');

test('a powerful role waits until a second person agrees', async ({ page, open, person }) => {
  const manager = await person('manager');
  const login = `boss${unique()}`;
  const { id } = await manager.ask('/people', {
    login, name: { bn: 'মালতী' }, password: 'nodir-par-9', roles: [{ role: 'desk' }],
  });
  await open('manager', `/people/${id}`);
  await page.getByRole('button', { name: 'ভূমিকা দিন' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('ভূমিকা', { exact: true }).selectOption('accountant');
  await expect(dialog.getByText('আরেকজনের সম্মতি লাগবে')).toBeVisible();
  await dialog.getByLabel('কারণ').fill('হিসাব রাখবেন');
  await holdsTheRules(page);
  await dialog.locator('button.main').click();
  await expect(page.getByText('আরেকজন সম্মতি দিলে')).toBeVisible();
  await open('administrator', '/people');
  const card = page.locator('[data-role-request]', { hasText: 'মালতী' }).first();
  await expect(card).toContainText('হিসাবরক্ষক');
  await holdsTheRules(page);
  await card.getByRole('button', { name: 'অনুমোদন দিন' }).click();
  await expect(page.locator(`li:has(a[href="/people/${id}"])`)).toContainText('হিসাবরক্ষক');
});

test('what is known of an ME is written down and attested', async ({ page, open, person }) => {
  const manager = await person('manager');
  const { id } = await manager.ask('/enterprises', { name: { bn: `শাপলা ${unique()}` } });
  await open('manager', `/enterprises/${id}`);
  await page.getByRole('button', { name: 'উদ্যোগের তথ্য' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('উপখাত').selectOption('leather');
  await dialog.getByLabel('উপজেলা').fill('ভৈরব');
  await holdsTheRules(page);
  await dialog.locator('button.main').click();
  await expect(page.getByText('জুতা ও চামড়াজাত পণ্য')).toBeVisible();
  await page.getByRole('button', { name: 'কে চালান তা প্রত্যয়ন করুন' }).click();
  await dialog.getByLabel('নারীর মালিকানা, ১০০ ভাগে').fill('৫১');
  await dialog.getByText('না', { exact: true }).click();
  await dialog.getByLabel('কী দেখা হয়েছে').fill('ট্রেড লাইসেন্স');
  await holdsTheRules(page);
  await dialog.locator('button.main').click();
  await expect(page.getByText('নারীর মালিকানা ১০০ ভাগে ৫১')).toBeVisible();
  await expect(page.getByText('নারী-পরিচালিত', { exact: true })).toBeVisible();
  await holdsTheRules(page);
});

test('a trainer adds a course', async ({ page, open }) => {
  await open('trainer', '/courses');
  const name = `লেজার নিরাপত্তা ${unique()}`;
  await page.getByRole('button', { name: 'কোর্স যোগ করুন' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('নাম (বাংলায়)').fill(name);
  await dialog.getByLabel('কী শেখানো হয়').fill('চোখ\nধোঁয়া\nআগুন');
  await dialog.getByRole('checkbox').first().check();
  await holdsTheRules(page);
  await dialog.locator('button.main').click();
  await expect(page.getByRole('heading', { name })).toBeVisible();
  await holdsTheRules(page);
});

test('a programme officer sees figures and no ME', async ({ page, open }) => {
  await open('programme', '/programme');
  await expect(page.getByRole('heading', { name: 'প্রকল্প প্রতিবেদন' })).toBeVisible();
  await expect(page.getByText('প্রশিক্ষণ নেওয়া নারী')).toBeVisible();
  await expect(page.locator('a[href="/bookings"]')).toHaveCount(0);
  await holdsTheRules(page);
});
