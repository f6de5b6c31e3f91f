// What a manager decides: approve, refuse, excuse, hand over, give back.

import { until, type Person } from './support/api.ts';
import { holdsTheRules } from './support/rules.ts';
import { expect, test } from './support/world.ts';

const MINUTE = 60_000;
const AHEAD = 3 * 24 * 60;

/** A rule of one machine for as long as the story takes. */
async function withRules(
  manager: Person, slug: string, rules: Record<string, number>, story: () => Promise<void>,
): Promise<void> {
  const machine_id = (await manager.machine(slug)).id;
  const set = (name: string, rest: object) =>
    manager.ask('/policy-settings', { name, machine_id, ...rest });
  for (const [name, value] of Object.entries(rules)) await set(name, { value });
  try {
    await story();
  } finally {
    for (const name of Object.keys(rules)) await set(name, { lifted: true });
  }
}

test('what has to be approved waits for the manager, who says yes or no and why', async (
  { page, open, person },
) => {
  const manager = await person('manager');
  const member = await person('member');
  await withRules(manager, 'pearl-1', { approval: 1 }, async () => {
    const wanted = await member.bookSoon('pearl-1', 60, AHEAD);
    const other = await member.bookSoon('pearl-1', 60, AHEAD);
    expect([wanted.state, other.state]).toEqual(['pending', 'pending']);

    await open('manager', '/notices');
    await page.locator('[data-notice=approval_wanted]').first()
      .getByRole('link', { name: 'দেখুন' }).click();
    await expect(page.getByRole('button', { name: 'অনুমোদন দিন' })).toBeVisible();

    await open('manager', '/bookings');
    const waiting = page.locator('[data-approvals] article');
    const card = (id: string) => waiting.filter({ has: page.locator(`a[href$="${id}"]`) });
    await expect(card(wanted.id)).toBeVisible();
    await holdsTheRules(page);
    await card(wanted.id).getByRole('button', { name: 'অনুমোদন দিন' }).click();
    await expect(page.getByText('অনুমোদন হয়েছে')).toBeVisible();
    await expect(card(wanted.id)).toBeHidden();
    expect((await member.get(`/bookings/${wanted.id}`)).state).toBe('confirmed');

    await card(other.id).getByRole('button', { name: 'নাকচ করুন' }).click();
    const sheet = page.getByRole('dialog');
    const no = sheet.getByRole('button', { name: 'নাকচ করুন' });
    await expect(no).toBeDisabled();
    await sheet.getByLabel('কারণ').fill('মোটর সারানো হবে');
    await holdsTheRules(page);
    await no.click();
    await expect(page.getByText('নাকচ হয়েছে')).toBeVisible();
    await expect(card(other.id)).toBeHidden();
    const refused = await member.get(`/bookings/${other.id}`);
    expect([refused.state, refused.cancel_reason]).toEqual(['cancelled', 'মোটর সারানো হবে']);
  });
});

test('whoever books what must be approved is told that it waits', async (
  { page, open, person },
) => {
  await withRules(await person('manager'), 'pearl-1', { approval: 1 }, async () => {
    await open('member', '/book?machine=pearl-1&next');
    await page.getByRole('button', { name: /^নিশ্চিত করুন · / }).click();
    await expect(page.getByText('অনুমোদন হওয়া পর্যন্ত সময়টি ধরে রাখা আছে')).toBeVisible();
    await holdsTheRules(page);
  });
});

test('the fee of whoever did not come is excused, with the reason', async (
  { page, open, person },
) => {
  const manager = await person('manager');
  const member = await person('member');
  const { id: machine_id } = await manager.machine('recycler-1');
  const rules = { missed_percent: 100, free_misses: 0, grace_minutes: 1 };
  await withRules(manager, 'recycler-1', rules, async () => {
    const start = (await manager.now()) + 4 * MINUTE;
    const booking = await manager.ask('/bookings', {
      machine_id, enterprise_id: member.enterprise, start: new Date(start).toISOString(),
      end: new Date(start + 60 * MINUTE).toISOString(),
      overrides: [{ rule: 'grid', reason: 'ঈদের আগে' }],
    });
    await until('nobody came', async () =>
      (await manager.get(`/bookings/${booking.id}`)).state === 'missed' ? true : undefined);
    await open('manager', `/bookings/${booking.id}`);
    await expect(page.getByText(/কেউ আসেননি: ৳/)).toBeVisible();
    await page.getByRole('button', { name: 'জরিমানা মাফ করুন' }).click();
    const sheet = page.getByRole('dialog');
    await sheet.getByLabel('কারণ').fill('রাস্তায় পানি');
    await holdsTheRules(page);
    await sheet.getByRole('button', { name: 'জরিমানা মাফ করুন' }).click();
    await expect(page.getByText('জরিমানা মাফ হয়েছে')).toBeVisible();
    await expect(page.getByText('মাফ করা হয়েছে')).toBeVisible();
    await expect(page.getByRole('button', { name: 'জরিমানা মাফ করুন' })).toBeHidden();
    const after = await member.get(`/bookings/${booking.id}`);
    expect([after.state, after.costs.fees[0].reason]).toEqual(['released', 'রাস্তায় পানি']);
  });
});

test('a booking is handed over to another, who then gives it back', async (
  { page, open, person },
) => {
  const manager = await person('manager');
  const member = await person('member');
  const other = await manager.get(`/enterprises/${(await person('member_b')).enterprise}`);
  const booking = await member.bookSoon('cad-1', 30, AHEAD);
  await open('operator', `/bookings/${booking.id}`);
  await page.getByRole('button', { name: 'অন্যকে দিন' }).click();
  const sheet = page.getByRole('dialog');
  await sheet.getByLabel('কাকে?').fill(other.name.bn);
  await sheet.getByRole('button', { name: other.name.bn }).click();
  await holdsTheRules(page);
  await sheet.getByRole('button', { name: 'অন্যকে দিন' }).click();
  await expect(page.getByText('অন্যকে দেওয়া হয়েছে')).toBeVisible();
  await expect(page.locator('dl')).toContainText(other.name.bn);

  await page.getByRole('button', { name: 'সময় ফেরত দিন' }).click();
  await holdsTheRules(page);
  await sheet.getByRole('button', { name: 'সময় ফেরত দিন' }).click();
  await expect(page.getByText('সময় ফেরত দেওয়া হয়েছে')).toBeVisible();
  expect((await manager.get(`/bookings/${booking.id}`)).state).toBe('released');
});
