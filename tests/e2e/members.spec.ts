import { holdsTheRules } from './support/rules.ts';
import { expect, test } from './support/world.ts';

const ZONE_MS = 6 * 3_600_000;
const DAY_MS = 86_400_000;

const dayAhead = (now: number, days: number) =>
  new Date(now + ZONE_MS + days * DAY_MS).toISOString().slice(0, 10);
const kept = 'রাখা হয়েছে';

test('the class of a member and its last day are entered, and what ends later is refused', async (
  { page, open, person },
) => {
  const member = await person('member_b');
  const now = await member.now();
  const last = dayAhead(now, 6);
  await open('manager', `/enterprises/${member.enterprise}`);
  await page.getByRole('button', { name: /বদলান.*সদস্যপদ/ }).click();
  const sheet = page.getByRole('dialog');
  await sheet.getByText('অগ্রাধিকার').click();
  await sheet.getByText('একটি দিন পর্যন্ত').click();
  await sheet.getByLabel('মাস').selectOption(last.slice(0, 7));
  await sheet.getByLabel('দিন', { exact: true }).selectOption(last.slice(8));
  await holdsTheRules(page);
  await sheet.getByRole('button', { name: 'সেভ করুন' }).click();
  await expect(page.getByText(kept).first()).toBeVisible();
  await expect(page.locator('dd', { hasText: 'অগ্রাধিকার' })).toBeVisible();
  await holdsTheRules(page);

  const cad = await member.machine('cad-1');
  const ask = async (days: number) => JSON.stringify((await member.post('/quotes', {
    machine_id: cad.id, enterprise_id: member.enterprise,
    start: `${dayAhead(now, days)}T10:00:00+06:00`, end: `${dayAhead(now, days)}T11:00:00+06:00`,
  })).body);
  expect(await ask(6)).not.toContain('membership_over');
  expect(await ask(7)).toContain('membership_over');

  await page.getByRole('button', { name: /বদলান.*সদস্যপদ/ }).click();
  await sheet.getByText('সদস্য', { exact: true }).click();
  await sheet.getByText('শেষ নেই').click();
  await sheet.getByRole('button', { name: 'সেভ করুন' }).click();
  await expect(page.getByRole('dialog')).toBeHidden();
  expect(await ask(7)).not.toContain('membership_over');
});

test('who may run which machine is allowed and withdrawn', async ({ page, open, person }) => {
  const member = await person('member');
  const { person_id: id } = await member.get('/me');
  await open('manager', '/people');
  await page.locator(`a[href="/people/${id}"]`).click();
  await expect(page.getByRole('heading', { name: 'নিজে চালাতে পারেন' })).toBeVisible();
  const before = await page.locator('[data-authorisation]').count();
  await page.getByRole('button', { name: 'অনুমতি দিন' }).click();
  const sheet = page.getByRole('dialog');
  await sheet.getByText('লেজার').click();
  await holdsTheRules(page);
  await sheet.getByRole('button', { name: 'অনুমতি দিন' }).click();
  await expect(page.getByText('অনুমতি রাখা হয়েছে')).toBeVisible();
  const all = page.locator('[data-authorisation]');
  await expect(all).toHaveCount(before + 1);
  await expect(all.first()).toContainText('লেজার');
  await expect(all.first()).toContainText('পর্যন্ত');
  await expect(all.first()).toContainText('এখানে প্রশিক্ষণ ছাড়া');
  await holdsTheRules(page);
  await all.first().getByRole('button', { name: 'অনুমতি তুলে নিন' }).click();
  await expect(page.locator('[data-authorisation=withdrawn]').first()).toContainText('তুলে নেওয়া');
  await holdsTheRules(page);
});

test('a permission says on which training it rests', async ({ page, open, person }) => {
  const member = await person('member');
  const manager = await person('manager');
  const { person_id: id } = await member.get('/me');
  const now = await manager.now();
  const query = new URLSearchParams({
    from: new Date(now).toISOString(), to: new Date(now + DAY_MS).toISOString(),
    duration_minutes: '60',
  });
  // Wherever it can begin first, whatever other stories keep busy.
  const { items: machines } = await manager.get('/machines');
  const first = await Promise.all(machines.map(async ({ id: machine }: { id: string }) => {
    const { starts } = await manager.get(`/machines/${machine}/availability?${query}`);
    return { machine, start: starts.length > 0 ? Date.parse(starts[0]) : Infinity };
  }));
  const { machine, start } = first.sort((a, b) => a.start - b.start)[0];
  const training = await manager.ask('/bookings', {
    machine_id: machine, enterprise_id: member.enterprise, kind: 'training',
    start: new Date(start).toISOString(), end: new Date(start + 3_600_000).toISOString(),
  });
  await expect.poll(async () => (await manager.post(`/bookings/${training.id}/attendance`, {
    person_id: id, came: true, result: 'passed',
  })).status, { timeout: 90_000, intervals: [1000] }).toBe(201);
  await open('manager', `/people/${id}`);
  const rests = page.locator('[data-authorisation]').first()
    .getByRole('link', { name: 'প্রশিক্ষণ' });
  await expect(rests).toBeVisible();
  await rests.click();
  await expect(page).toHaveURL(new RegExp(training.id));
});

test('the weekend, the first day of the week and the generator are entered', async (
  { page, open, person },
) => {
  const manager = await person('manager');
  const { weekend, week_starts, generator_w } = await manager.get('/opening');
  await open('manager', '/hours');
  await page.getByRole('button', { name: /বদলান.*সপ্তাহ/ }).click();
  const sheet = page.getByRole('dialog');
  await sheet.getByLabel('শুক্রবার').check();
  await sheet.getByLabel('শনিবার').check();
  await sheet.getByLabel('সপ্তাহের প্রথম দিন').selectOption('7');
  await sheet.getByLabel('জেনারেটর আছে').check();
  await sheet.getByLabel('কত কিলোওয়াট').fill('১২.৫');
  await holdsTheRules(page);
  await sheet.getByRole('button', { name: 'সেভ করুন' }).click();
  await expect(page.getByText(kept).first()).toBeVisible();
  await expect(page.locator('dd', { hasText: 'শুক্রবার' })).toContainText('শনিবার');
  await expect(page.locator('dd', { hasText: '১২.৫' })).toBeVisible();
  await holdsTheRules(page);
  expect(await manager.get('/opening')).toMatchObject({
    weekend: [{ weekday: 5 }, { weekday: 6 }], week_starts: 7, generator_w: 12_500,
  });
  await manager.ask('/week', { weekend, week_starts, generator_w });
});
