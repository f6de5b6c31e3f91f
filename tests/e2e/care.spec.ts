import { holdsTheRules } from './support/rules.ts';
import { expect, test } from './support/world.ts';

/** A camera's picture of that size, made by the browser itself. */
const PICTURE = `new Promise((done) => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 2400, height: 1800 });
  canvas.getContext('2d').fillRect(200, 200, 900, 700);
  done(canvas.toDataURL('image/jpeg').split(',')[1]);
})`;

test('a breakdown: told with a photo, a new time for who had booked, and mended', async (
  { page, open, person }, info,
) => {
  test.setTimeout(240_000);
  const member = await person('member');
  const manager = await person('manager');
  const slug = info.project.name === 'phone' ? 'laser-1' : 'laser-2';
  const booking = await member.bookSoon(slug, 60, 5 * 60);
  await open('operator');
  await page.locator(`[data-machine=${slug}]`).getByRole('link', { name: 'নষ্ট' }).click();
  const sheet = page.getByRole('dialog');
  await sheet.getByLabel('কী সমস্যা?').fill('আয়না ভেঙে গেছে');
  const picture = Buffer.from((await page.evaluate(PICTURE)) as string, 'base64');
  await sheet.locator('input[type=file]')
    .setInputFiles({ name: 'photo.jpg', mimeType: 'image/jpeg', buffer: picture });
  await holdsTheRules(page);
  await sheet.getByRole('button', { name: 'রিপোর্ট পাঠান' }).click();
  await expect(page.getByRole('heading', { name: 'রিপোর্ট' })).toBeVisible();
  const ticket = new URL(page.url()).pathname;
  const photo = page.locator('.photos img');
  await expect(photo).toHaveAttribute('width', '1280');
  await expect.poll(() => photo.evaluate((one: HTMLImageElement) => one.naturalWidth)).toBe(1280);
  await holdsTheRules(page);

  // Nobody books it, and everybody is told why.
  const wish = {
    machine_id: booking.machine.id, enterprise_id: member.enterprise,
    start: booking.start, end: booking.end,
  };
  const told = JSON.stringify((await member.post('/quotes', wish)).body);
  expect(told).toContain('"outage"');
  expect(told).toContain('আয়না ভেঙে গেছে');

  // Who had booked it gets a new time, one tap away.
  const mine = async () => (await member.get('/proposals')).items
    .find((one: { booking_id: string; to: unknown }) => one.booking_id === booking.id && one.to);
  await expect.poll(mine, { timeout: 90_000, intervals: [1000] }).toBeTruthy();
  await open('member', '/bookings');
  const offered = page.locator(`[data-proposal="${booking.id}"]`);
  await expect(offered).toContainText('লেজার');
  await holdsTheRules(page);
  await offered.getByRole('button', { name: 'মানলাম' }).click();
  await expect(page.getByText('নতুন সময় বুক হয়েছে')).toBeVisible();
  const moved = await member.get(`/bookings/${booking.id}`);
  expect([moved.machine.slug, moved.start]).not.toEqual([slug, booking.start]);

  await open('manager', ticket);
  await page.getByLabel('খুচরা যন্ত্রাংশ').fill('একটি আয়না');
  await page.getByLabel('কারণ').fill('ধুলা');
  await page.getByRole('button', { name: 'আবার চলছে' }).click();
  await expect(page.getByText('মেশিনটি আবার বুক করা যাবে')).toBeVisible();
  await expect(page.getByText('মিটেছে')).toBeVisible();
  await expect(page.locator('dd', { hasText: 'একটি আয়না' })).toBeVisible();
  const stood = page.locator('dt', { hasText: /^যতক্ষণ বন্ধ ছিল$/ });
  await expect(page.locator('div', { has: stood }).last().locator('dd').last())
    .toContainText(/[০-৯]/);
  await holdsTheRules(page);
  const { down_from, down_until } = await manager.get(ticket);
  expect(Date.parse(down_until)).toBeGreaterThan(Date.parse(down_from));
  const after = JSON.stringify((await member.post('/quotes', wish)).body);
  expect(after).not.toContain('"outage"');
});

test('a service is planned, done and ended, and shares are seen by everybody', async (
  { page, open },
) => {
  await open('manager', '/maintenance');
  await page.getByRole('button', { name: 'সার্ভিসের পরিকল্পনা' }).click();
  const sheet = page.getByRole('dialog');
  await sheet.getByLabel('নাম (বাংলায়)').fill('তেল');
  await sheet.getByLabel('কাজের কত ঘণ্টা পরপর').fill('১০০');
  await sheet.getByLabel('কত আগে জানানো হবে').fill('১০');
  await sheet.getByLabel('কত মিনিট লাগে').fill('৬০');
  await holdsTheRules(page);
  await sheet.getByRole('button', { name: 'সেভ করুন' }).click();
  await expect(page.getByText('কাজের ১০০ ঘণ্টার মধ্যে ০').first()).toBeVisible();
  await holdsTheRules(page);
  await page.locator('[data-plan]').first().getByRole('button', { name: 'হয়ে গেছে' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'হয়ে গেছে' }).click();
  await expect(page.getByText('নতুন করে গোনা শুরু হয়েছে')).toBeVisible();
  const plans = page.locator('[data-plan]');
  const count = await plans.count();
  await plans.filter({ hasText: 'তেল' }).first()
    .getByRole('button', { name: 'পরিকল্পনা শেষ করুন' }).click();
  await holdsTheRules(page);
  await page.getByRole('dialog').getByRole('button', { name: 'পরিকল্পনা শেষ করুন' }).click();
  await expect(page.getByText('পরিকল্পনা শেষ হয়েছে')).toBeVisible();
  await expect(plans).toHaveCount(count - 1);
  await open('member', '/shares');
  await expect(page.getByText('নারী-পরিচালিত')).toBeVisible();
  await holdsTheRules(page);
});
