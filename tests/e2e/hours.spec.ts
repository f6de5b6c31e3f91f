import type { Page } from '@playwright/test';
import { holdsTheRules } from './support/rules.ts';
import { expect, test } from './support/world.ts';

const ZONE_MS = 6 * 3_600_000;
const DAY_MS = 86_400_000;

const dayAhead = (now: number, days: number) =>
  new Date(now + ZONE_MS + days * DAY_MS).toISOString().slice(0, 10);
const kept = (page: Page) => expect(page.getByText('রাখা হয়েছে').first()).toBeVisible();

async function chooseDay(page: Page, label: string, day: string): Promise<void> {
  const group = page.getByRole('group', { name: label });
  await group.getByLabel('মাস').selectOption(day.slice(0, 7));
  await group.getByLabel('দিন', { exact: true }).selectOption(day.slice(8));
}

test('Ramadan hours are entered, and a time outside them is refused', async (
  { page, open, person },
) => {
  test.setTimeout(240_000);
  const manager = await person('manager');
  const member = await person('member');
  const day = dayAhead(await manager.now(), 20);
  const laser = await member.machine('laser-1');
  const ask = () => member.post('/quotes', {
    machine_id: laser.id, enterprise_id: member.enterprise,
    start: `${day}T14:00:00+06:00`, end: `${day}T15:00:00+06:00`,
  });
  await open('manager', '/hours');
  await page.getByRole('button', { name: 'নতুন সময়' }).click();
  await page.getByLabel('ছোট নাম').fill('ramadan');
  await page.getByLabel('বাংলা নাম').fill('রমজান');
  await page.getByLabel('ইংরেজি নাম').fill('Ramadan');
  const hours = page.getByRole('group', { name: 'খোলা' });
  await hours.getByLabel('শুক্রবার').check();
  await hours.getByLabel('শুরু').selectOption('480');
  await hours.getByLabel('শেষ').selectOption('780');
  await page.getByRole('button', { name: 'সেভ করুন' }).click();
  await kept(page);
  await expect(page.getByRole('heading', { name: 'রমজান' })).toBeVisible();

  await page.getByRole('button', { name: 'কিছু দিনের জন্য অন্য সময়' }).click();
  await page.getByLabel('কোন সময়').selectOption('ramadan');
  await chooseDay(page, 'প্রথম দিন', day);
  await chooseDay(page, 'শেষ দিন', day);
  await page.getByRole('button', { name: 'সেভ করুন' }).click();
  await expect(page.getByRole('dialog')).toBeHidden();

  const { body } = await ask();
  expect(JSON.stringify(body)).toContain('"closed"');

  await open('manager', '/hours');
  await page.getByRole('listitem').filter({ hasText: 'রমজান' }).getByRole('button').last().click();
  await expect(page.getByRole('listitem').filter({ hasText: 'রমজান' })).toHaveCount(0);
});

test('a limit is set for one machine, and the list says who did it', async ({ page, open }) => {
  await open('manager', '/rules');
  await page.getByRole('button', { name: 'সীমা দিন' }).click();
  await page.getByLabel('কোন সীমা').selectOption('gap_minutes');
  await page.getByLabel('সংখ্যা').fill('০');
  await holdsTheRules(page);
  await page.getByRole('button', { name: 'সেভ করুন' }).click();
  await kept(page);
  const limit = page.getByRole('listitem').filter({ hasText: 'দুই বুকিংয়ের ফাঁক' });
  await expect(limit.filter({ hasText: 'চলছে' }).first()).toBeVisible();
  await holdsTheRules(page);
});
