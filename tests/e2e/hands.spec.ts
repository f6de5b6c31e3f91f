// Who may run a machine: asked at START, with the ways on; and how old somebody is.

import { until } from './support/api.ts';
import { holdsTheRules } from './support/rules.ts';
import { worksByThePiece } from './support/seed.ts';
import { expect, test } from './support/world.ts';

test('who is not authorised is told so at the machine, and an operator runs it', async (
  { page, open, person }, info,
) => {
  const slug = info.project.name === 'phone' ? 'pearl-1' : 'cad-1';
  const [manager, member] = [await person('manager'), await person('member')];
  const machine = await member.machine(slug);
  await member.bookSoon(slug, 30);
  const setting = (value: number) => manager.ask('/policy-settings', {
    name: 'needs_authorisation', machine_id: machine.id, value,
  });
  await setting(1);
  try {
    await open('operator', '/');
    const card = page.locator(`[data-machine=${slug}]`);
    const start = card.getByRole('button', { name: 'শুরু' });
    await expect(start).toBeVisible({ timeout: 90_000 });
    await start.click();
    const dialog = page.getByRole('dialog');
    await expect(dialog.getByRole('alert')).toContainText('not_authorised');
    await expect(dialog.locator('button.main')).toBeDisabled();
    await holdsTheRules(page);
    await dialog.getByText('একজন অপারেটর মেশিন চালাবেন').click();
    await dialog.locator('button.main').click();
    await expect(card.getByText('চলছে')).toBeVisible();
  } finally {
    await setting(0);
  }
  // Whoever's turn it was.
  const id = (await manager.machine(slug)).live.now!.booking_id;
  await until('stop', async () =>
    (await manager.post(`/bookings/${id}/stop`, {})).status < 300 || undefined);
  await open('manager', `/bookings/${id}`, 'en');
  await expect(page.getByText('Run by')).toBeVisible();
});

test('a birth date is written down, and the office alone sees it', async (
  { page, open, person },
) => {
  const manager = await person('manager');
  const login = `rina${Date.now()}`;
  const { id } = await manager.ask('/people', {
    login, name: { bn: 'রিনা' }, password: 'nodir-par-9', roles: [{ role: 'operator' }],
  });
  await open('manager', `/people/${id}`);
  await expect(page.getByText('জানা নেই')).toBeVisible();
  await page.getByRole('button', { name: 'জন্মতারিখ লিখুন' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('জন্মসাল').fill('২০৯০');
  await dialog.locator('button.main').click();
  await expect(dialog.getByText('আজকের পরে').first()).toBeVisible();
  await dialog.getByLabel('জন্মসাল').fill('১৯৯০');
  await holdsTheRules(page);
  await dialog.locator('button.main').click();
  await expect(page.getByText('৩১ ডিসেম্বর, ১৯৯০')).toBeVisible();
});

test('the desk finds a time by what is to be made', async ({ page, open, person }) => {
  await worksByThePiece(await person('manager'));
  const phone = `017${String(Date.now()).slice(-8)}`;
  await (await person('operator')).ask('/enterprises', { name: { bn: 'সেলিনা সুজ' }, phone });
  await open('operator', '/desk');
  await page.getByRole('searchbox').fill(phone.slice(-4));
  await page.locator('[data-party]', { hasText: 'সেলিনা সুজ' }).click();
  await page.getByText('কী বানাবেন, তা ধরে সময় খুঁজুন').click();
  await page.locator('[data-find] label:has(input[type=radio])').first().click();
  await page.locator('[data-find]').getByLabel('কতটি?').fill('২০');
  await page.locator('[data-offer]').first().click();
  await holdsTheRules(page);
  await page.locator('form button.main').click();
  await expect(page.getByText('সেলিনা সুজ').first()).toBeVisible();
  await expect(page.getByRole('heading', { name: /বুকিং হয়েছে/ })).toBeVisible();
});
