import { holdsTheRules } from './support/rules.ts';
import { expect, test } from './support/world.ts';

const unique = () => Date.now().toString(36);

test('an ME is added; a wrong phone is said at its field', async ({ page, open }) => {
  await open('manager', '/enterprises');
  await page.getByRole('button', { name: 'উদ্যোগ যোগ করুন' }).click();
  const name = `সোনালি স্যান্ডেল ${unique().replace(/[0-9]/g, 'ক')}`;
  await page.getByLabel('নাম (বাংলায়)').fill(name);
  await page.getByLabel('ফোন').fill('০১২৩৪');
  await page.getByRole('button', { name: 'সেভ করুন' }).click();
  await expect(page.getByLabel('ফোন')).toHaveAttribute('aria-invalid', 'true');
  await holdsTheRules(page);
  await page.getByLabel('ফোন').fill('০১৭১২-৩৪৫৬৭৮');
  await page.getByRole('button', { name: 'সেভ করুন' }).click();
  await expect(page.getByText('উদ্যোগ যোগ হয়েছে')).toBeVisible();
  await page.getByRole('searchbox').fill(name);
  await expect(page.getByRole('link', { name, exact: true })).toBeVisible();
});

test('a person is added and can log in', async ({ page, open, demo, request }) => {
  await open('manager', '/people');
  const login = `op-${unique()}`;
  await page.getByRole('button', { name: 'ব্যবহারকারী যোগ করুন' }).click();
  await page.getByLabel('নাম (বাংলায়)').fill('নতুন অপারেটর');
  await page.getByLabel('লগইন নাম').fill(login);
  await page.getByLabel('প্রথম পাসওয়ার্ড').fill('shoe-leather-27');
  await page.getByLabel('ভূমিকা', { exact: true }).selectOption('operator');
  await holdsTheRules(page);
  await page.getByRole('button', { name: 'সেভ করুন' }).click();
  await expect(page.getByText('ব্যবহারকারী যোগ হয়েছে')).toBeVisible();
  // Not with the cookies of the page: a log-in ends the session it takes the place of.
  const answer = await request.post(`${demo.address}/api/v1/session`, {
    data: { login, password: 'shoe-leather-27' },
  });
  expect(answer.status()).toBe(200);
});

test('new rates, typed in Bangla digits', async ({ page, open, person }) => {
  await open('manager', '/rates');
  const manager = await person('manager');
  const before = (await manager.get('/rate-cards')).items.length;
  await page.getByRole('button', { name: 'নতুন রেট' }).click();
  const days = page.getByLabel('কার্যকর');
  const options = await days.locator('option').count();
  // A day that no earlier run of this test has taken.
  await days.selectOption({ index: Math.min(options - 1, 20 + before) });
  const peak = page.locator('details', { hasText: 'বিদ্যুৎ, পিক' });
  await peak.locator('summary').click();
  await peak.getByLabel('টাকা', { exact: true }).fill('১৩.৬২৫');
  await page.getByLabel('উৎস').fill('কমিটির সভা');
  await page.getByRole('button', { name: 'সেভ করুন' }).click();
  await expect(page.getByText('নতুন রেট রাখা হয়েছে')).toBeVisible();
  const { items } = await manager.get('/rate-cards');
  expect(items).toHaveLength(before + 1);
  const prices = items.flatMap((card: { components: { price_e4: number }[] }) =>
    card.components.map((one) => one.price_e4));
  expect(prices).toContain(13_625_000);
});

test('the day before and the day after', async ({ page, open }) => {
  await open('manager', '/timeline');
  const day = page.locator('[aria-live=polite]').first();
  await expect(day).toContainText('আজ');
  await page.getByRole('button', { name: 'পরের দিন' }).click();
  await expect(day).toContainText('আগামীকাল');
  await page.reload();
  await expect(day).toContainText('আগামীকাল');
});

test('the schedule leads those to booking who may book', async ({ page, open }) => {
  const links = page.locator('main a[href^="/book?machine="]');
  await open('operator', '/timeline');
  await expect(links).toHaveCount(6);
  await open('accountant', '/timeline');
  await expect(page.locator('main .who')).toHaveCount(6);
  await expect(links).toHaveCount(0);
});

test('short bookings on the schedule are as wide as a finger, and none lies on another', async (
  { page, open, person }, info,
) => {
  const member = await person('member');
  const desk = info.project.name === 'desk';
  const ahead = (desk ? 9 : 8) * 86_400_000 + 6 * 3_600_000;
  const day = new Date((await member.now()) + ahead).toISOString().slice(0, 10);
  const start = Date.parse(`${day}T10:00:00+06:00`);
  const machine = await member.machine('recycler-1');
  for (let nth = 0; nth < 4; nth++) {
    await member.ask('/bookings', {
      machine_id: machine.id, enterprise_id: member.enterprise,
      start: new Date(start + nth * 15 * 60_000).toISOString(),
      end: new Date(start + (nth + 1) * 15 * 60_000).toISOString(),
    });
  }
  await open('manager', `/timeline?day=${day}`);
  // A phone has no room for an axis: there they stand in a list.
  const slots = page.locator(desk ? 'a.slot' : '.list a');
  await expect(slots).toHaveCount(4);
  const boxes = await Promise.all((await slots.all()).map((slot) => slot.boundingBox()));
  for (const [index, one] of boxes.entries()) {
    expect(Math.min(one!.width, one!.height)).toBeGreaterThanOrEqual(44);
    for (const other of boxes.slice(index + 1)) {
      const apart = one!.x + one!.width <= other!.x + 0.5 || other!.x + other!.width <= one!.x + 0.5
        || one!.y + one!.height <= other!.y || other!.y + other!.height <= one!.y;
      expect(apart).toBe(true);
    }
  }
  await holdsTheRules(page);
});
