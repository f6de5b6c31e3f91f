// What a member asks for besides a machine and a time: any of a group, a die, a trial, seats.

import type { Page } from '@playwright/test';
import type { Person } from './support/api.ts';
import { holdsTheRules } from './support/rules.ts';
import { expect, test } from './support/world.ts';

const ZONE_MS = 6 * 3_600_000;
const DAY_MS = 86_400_000;

const dayAhead = (now: number, days: number) =>
  new Date(now + ZONE_MS + days * DAY_MS).toISOString().slice(0, 10);
const confirm = (page: Page) => page.getByRole('dialog').getByRole('button', { name: /৳/ });
const booked = (page: Page) => page.getByRole('heading', { name: 'বুকিং হয়েছে' });

async function setUp(manager: Person): Promise<void> {
  const lasers = [await manager.machine('laser-1'), await manager.machine('laser-2')];
  await manager.ask('/machine-groups', {
    slug: 'lasers', name: { en: 'laser', bn: 'লেজার' }, machines: lasers.map(({ id }) => ({ id })),
  });
  await manager.ask('/resources', {
    kind: 'die', slug: 'sole-39', name: { en: 'Sole die 39', bn: 'সোলের ডাই ৩৯' }, capacity: 1,
  });
}
const tearDown = (manager: Person) => manager.ask('/machine-groups',
  { slug: 'lasers', name: { en: 'laser', bn: 'লেজার' }, machines: [] });

async function newest(member: Person, page: Page) {
  await page.getByRole('link', { name: 'বুকিং দেখুন' }).waitFor();
  const { items } = await member.get('/bookings?limit=200');
  return items.sort((a: { created_at: string }, b: { created_at: string }) =>
    b.created_at.localeCompare(a.created_at))[0];
}

test('any free laser: three taps, and the machine is told', async (
  { page, open, person }, info,
) => {
  const manager = await person('manager');
  const member = await person('member');
  await setUp(manager);
  try {
    await open('member', '/book');
    const group = page.locator('[data-group=lasers]');
    await expect(group).toContainText('যেকোনো খালি: লেজার');
    await holdsTheRules(page);
    await group.getByRole('link').click();
    const ahead = info.project.name === 'phone' ? 4 : 5;
    await page.goto(`/book?group=lasers&day=${dayAhead(await member.now(), ahead)}`);
    await page.locator('[data-start]').nth(2).click();
    await expect(page.getByText(/^মিলবে লেজার/)).toBeVisible();
    await holdsTheRules(page);
    await confirm(page).click();
    await expect(booked(page)).toBeVisible();
    const { machine } = await newest(member, page);
    expect(machine.kind).toBe('laser');

    await page.getByRole('button', { name: 'আরেকটি বুক করুন' }).click();
    await page.getByRole('button', { name: 'সময় মিলছে না? অপেক্ষা করুন' }).click();
    const wait = page.getByRole('dialog');
    await expect(wait.locator('label', { hasText: 'যেকোনো খালি: লেজার' }).locator('input'))
      .toBeChecked();
    await wait.locator('button.main').click();
    await expect(page.getByText(/তালিকায় .* নম্বর/)).toBeVisible();
    const { items } = await member.get('/waitlist');
    const mine = items.find((one: { group?: object }) => one.group);
    expect(mine.machine ?? null).toBeNull();
  } finally {
    await tearDown(manager);
  }
});

test('a die and a trial are asked for, and what is taken is said', async (
  { page, open, person }, info,
) => {
  const manager = await person('manager');
  const member = await person('member');
  await setUp(manager);
  await tearDown(manager);
  const [slug, ahead] = info.project.name === 'phone' ? ['press-1', 4] : ['pearl-1', 5];
  await open('member', `/book?machine=${slug}&day=${dayAhead(await member.now(), ahead)}`);
  await page.locator('[data-start]').nth(1).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('ডাই, আসন, পরীক্ষামূলক…').click();
  await dialog.locator('label', { hasText: 'সোলের ডাই ৩৯' }).click();
  await expect(confirm(page)).toBeEnabled();
  await expect(page.getByRole('button', { name: 'বারবার বুক করুন…' })).toBeHidden();
  await holdsTheRules(page);
  await confirm(page).click();
  await expect(booked(page)).toBeVisible();
  const { start, end, id } = await newest(member, page);

  // Another machine at the same time, with the same die, of which there is one.
  const other = await person('member_b');
  const { items } = await other.get('/resources');
  const die = items.find((one: { slug: string }) => one.slug === 'sole-39');
  const quote = (await other.post('/quotes', {
    machine_id: (await other.machine('cad-1')).id, enterprise_id: other.enterprise, start, end,
    resources: [{ id: die.id }],
  })).body;
  expect(quote.violations.map((one: { code: string }) => one.code)).toContain('co_resource');
  await member.ask(`/bookings/${id}/cancel`, {});
});

test('a trial is asked for as one, and is had once', async ({ page, open, person }, info) => {
  const member = await person('member');
  const [slug, ahead] = info.project.name === 'phone' ? ['recycler-1', 7] : ['pearl-1', 8];
  const address = `/book?machine=${slug}&day=${dayAhead(await member.now(), ahead)}`;
  const dialog = page.getByRole('dialog');
  const askTrial = async () => {
    await open('member', address);
    await page.locator('[data-start]').nth(1).click();
    await dialog.getByText('ডাই, আসন, পরীক্ষামূলক…').click();
    await dialog.locator('label', { hasText: 'পরীক্ষামূলক' }).click();
  };
  await askTrial();
  await expect(confirm(page)).toContainText('৳');
  await holdsTheRules(page);
  await confirm(page).click();
  await expect(booked(page)).toBeVisible();
  expect((await newest(member, page)).kind).toBe('trial');

  await askTrial();
  await expect(page.getByRole('alert')).toContainText('trial_used');
  await expect(dialog.locator('button.main')).toBeDisabled();
});
