import type { Person } from './support/api.ts';
import { holdsTheRules } from './support/rules.ts';
import { expect, test } from './support/world.ts';

const DAY_MS = 86_400_000;

/** A job on four days from the first free time in a week on. */
async function fourDays(member: Person) {
  const machine = await member.machine('cad-1');
  const from = (await member.now()) + 7 * DAY_MS;
  const query = new URLSearchParams({
    from: new Date(from).toISOString(), to: new Date(from + DAY_MS).toISOString(),
    duration_minutes: '60',
  });
  const { starts } = await member.get(`/machines/${machine.id}/availability?${query}`);
  const start = Date.parse(starts[0]);
  return member.ask('/series', {
    machine_id: machine.id, enterprise_id: member.enterprise, rule: 'FREQ=DAILY;COUNT=4',
    start: new Date(start).toISOString(), end: new Date(start + 3_600_000).toISOString(),
  });
}

test('dates of a series are looked at before they change, and before they go', async (
  { page, open, person },
) => {
  test.setTimeout(120_000);
  const member = await person('member');
  const series = await fourDays(member);
  const made = series.dates.filter((one: { booking: unknown }) => one.booking);
  const second = made[1].booking.id as string;
  await open('member', `/bookings/${second}`);
  await expect(page.getByRole('heading', { name: 'বারবারের কাজ' })).toBeVisible();
  await page.getByText('প্রতিদিন').click();
  await expect(page.locator(`a[href="/bookings/${second}"]`)).toBeVisible();
  await holdsTheRules(page);

  const before = await member.get(`/bookings/${second}`);
  const dialog = page.getByRole('dialog');
  await page.getByRole('button', { name: 'সময় বদলান' }).click();
  await holdsTheRules(page);
  await dialog.getByRole('button', { name: 'এই তারিখ ও পরেরগুলো' }).click();
  await dialog.locator('label', { hasText: '১ ঘণ্টা ৩০ মিনিট' }).click();
  await expect(dialog.locator('[data-dates] li')).toHaveCount(made.length - 1);
  await expect(dialog.locator('[data-dates] li').first()).toContainText('এমন হবে');
  await holdsTheRules(page);
  expect((await member.get(`/bookings/${second}`)).version).toBe(before.version);
  await dialog.getByRole('button', { name: /তারিখ বদলান$/ }).click();
  await expect(page.getByText(/তারিখ বদলেছে/)).toBeVisible();
  const after = await member.get(`/bookings/${second}`);
  expect(Date.parse(after.end) - Date.parse(after.start)).toBe(90 * 60_000);
  const first = await member.get(`/bookings/${made[0].booking.id}`);
  expect(first.version).toBe(1);

  await page.getByRole('button', { name: 'বুকিং বাতিল' }).click();
  await dialog.getByRole('button', { name: 'সামনের সব তারিখ' }).click();
  await expect(dialog.locator('[data-dates] li')).toHaveCount(made.length);
  await holdsTheRules(page);
  await dialog.getByRole('button', { name: /তারিখ বাতিল করুন$/ }).click();
  await expect(page.getByText(/তারিখ বাতিল হয়েছে/)).toBeVisible();
  const { dates } = await member.get(`/series/${series.id}`);
  for (const { booking } of dates)
    if (booking) expect(booking.state).toBe('cancelled');
});

test('one date of a series is moved like any booking', async ({ page, open, person }) => {
  const member = await person('member');
  const series = await fourDays(member);
  const last = series.dates.at(-1).booking.id as string;
  await open('member', `/bookings/${last}`, 'en');
  await page.getByRole('button', { name: 'Cancel booking' }).click();
  await page.getByRole('button', { name: 'Only this date' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel booking' }).click();
  await expect(page.getByText('The booking has been cancelled')).toBeVisible();
  const { dates } = await member.get(`/series/${series.id}`);
  expect(dates.filter((one: { booking?: { state: string } }) =>
    one.booking?.state === 'cancelled')).toHaveLength(1);
  await member.ask(`/series/${series.id}/cancel`, {});
});
