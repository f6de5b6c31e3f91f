import { bangla, holdsTheRules } from './support/rules.ts';
import { expect, test } from './support/world.ts';

test('the devices lead to their lines, and a line to its last frames', async ({ page, open,
  person }) => {
  const { items } = await (await person('manager')).get('/lines');
  const [line] = items;
  await open('manager', '/devices');
  await page.getByRole('link', { name: 'লাইন' }).locator('visible=true').last().click();
  const card = page.locator(`[data-line="${line.name}"]`);
  await expect(card).toContainText(line.endpoint);
  await expect(card).toContainText('সংযোগ আছে');
  await expect(card.locator('[data-unit]')).toHaveCount(line.units.length);
  await expect(card.locator('[data-unit]').first()).toContainText('উত্তর দেয়');
  await card.getByRole('link', { name: 'শেষ ফ্রেমগুলো' }).click();
  const frame = page.locator('[data-frame]').first();
  await expect(frame.locator('.code').first()).toHaveText(/^[0-9a-f]{2}( [0-9a-f]{2})+$/);
});

test('what a line says is asked for again and again', async ({ page, open }) => {
  await open('operator', '/lines');
  const polls = page.locator('[data-line] dd').nth(1);
  const before = await polls.textContent();
  await expect(polls).not.toHaveText(before!, { timeout: 10_000 });
});

const find = (name: string) => `/lines?find=${encodeURIComponent(name)}`;

test('the devices of a line are found, recognised, read and written down', async ({ page, open,
  person }) => {
  const { items } = await (await person('manager')).get('/lines');
  const line = items.find((one: { endpoint: string }) => one.endpoint.includes(':'));
  const [unit] = line.units;
  await open('manager', find(line.name));
  await page.getByLabel('ইউনিট থেকে').fill('১');
  await page.getByLabel('ইউনিট পর্যন্ত').fill('৬');
  await page.getByRole('button', { name: 'ডিভাইস খুঁজুন' }).click();
  await expect(page.locator('form [role=status]')).toContainText('উত্তর দেয়', { timeout: 60_000 });
  await expect(page.locator('[data-found]')).toHaveCount(line.units.length);
  const card = page.locator(`[data-found="${unit.unit}"]`);
  await expect(card).toContainText(unit.device);
  await card.getByRole('button', { name: 'এটি কী?' }).click();
  await expect(card.locator('[data-candidate]').first()).toBeVisible({ timeout: 60_000 });
  await card.locator('summary').first().click();
  await expect(page.getByLabel('কনফিগারেশনের জন্য')).toHaveValue(
    new RegExp(`\\[\\[device\\]\\][^]*line = "${line.name}"\n# unit = ${unit.unit}\n`));
  await card.getByRole('button', { name: 'রেজিস্টার' }).click();
  await card.getByLabel('কী', { exact: true }).selectOption({ label: 'ইনপুট রেজিস্টার (ফাংশন ৪)' });
  await card.getByRole('button', { name: 'বারবার পড়ুন' }).click();
  await expect(card.locator('[data-word="0"]')).toContainText(/[0-9a-f]{4}/);
  await expect(card.locator('[data-word="0"]')).toContainText('f32');
  await holdsTheRules(page);
});

test('a coil is written after it has been named, but never that of a machine', async ({ page,
  open, person }) => {
  const { items } = await (await person('manager')).get('/devices');
  const board = items.find((one: { profile: string }) => one.profile.includes('relay'));
  await open('manager', find(board.line));
  await page.getByLabel('ইউনিট থেকে').fill(bangla(board.unit));
  await page.getByLabel('ইউনিট পর্যন্ত').fill(bangla(board.unit));
  await page.getByRole('button', { name: 'ডিভাইস খুঁজুন' }).click();
  await page.getByRole('button', { name: 'কয়েল' }).click({ timeout: 60_000 });
  const send = page.getByRole('button', { name: 'কয়েল লিখুন' });
  await page.getByLabel('নিশ্চিতকরণ').fill('coil 1');
  await expect(send).toBeDisabled();
  await page.getByLabel('নিশ্চিতকরণ').fill(`coil 0 of unit ${board.unit}`);
  await send.click();
  await expect(page.getByRole('alert')).toContainText('মেশিন');
  await page.getByLabel('ঠিকানা, ০ থেকে').fill('৭');
  await page.getByLabel('নিশ্চিতকরণ').fill(`coil 7 of unit ${board.unit}`);
  await send.click();
  await expect(page.getByText('ডিভাইস বলছে: চালু।')).toBeVisible();
  await holdsTheRules(page);
});

test('only a manager looks for devices', async ({ page, open, person }) => {
  const { items } = await (await person('manager')).get('/lines');
  await open('operator', find(items[0].name));
  await expect(page.locator('[data-line]').first()).toBeVisible();
  await expect(page.locator('main a[href*="find="]')).toHaveCount(0);
});
