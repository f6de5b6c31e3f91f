import { expect, test } from './support/world.ts';

test('old news never looks like now', async ({ page, open }) => {
  await open('member');
  await expect(page.locator('[data-machine=laser-2]')).toContainText('রিডিং এইমাত্র');
  await page.route('**/api/v1/machines', async (route) => {
    const answer = await route.fetch();
    const body = await answer.json();
    for (const machine of body.items) machine.live.quality = 'stale';
    await route.fulfill({ json: body });
  });
  await page.reload();
  await expect(page.locator('[data-machine=laser-2]')).toContainText('পুরোনো');
});

test('without a stream the board says so and can be refreshed', async ({ page, open }) => {
  await page.route('**/api/v1/events', (route) => route.abort());
  await open('member');
  await expect(page.getByText(/সরাসরি সংযোগ নেই/)).toBeVisible();
  const asked = page.waitForRequest('**/api/v1/machines');
  await page.getByRole('button', { name: 'নতুন করে দেখুন' }).click();
  await asked;
});

test('a hidden tab lets go of its stream', async ({ page, open }) => {
  const streams: string[] = [];
  page.on('request', (one) => one.url().endsWith('/events') && streams.push('open'));
  page.on('requestfailed', (one) => one.url().endsWith('/events') && streams.push('closed'));
  await open('member');
  await expect.poll(() => streams).toEqual(['open']);
  const setHidden = (hidden: boolean) => page.evaluate((value) => {
    Object.defineProperty(document, 'hidden', { value, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);
  await setHidden(true);
  await expect.poll(() => streams).toEqual(['open', 'closed']);
  await setHidden(false);
  await expect.poll(() => streams).toEqual(['open', 'closed', 'open']);
});

test('members see that a machine is taken, not by whom', async ({ page, open, person }) => {
  const other = await person('member_b');
  const booking = await other.bookSoon('recycler-1', 30, 30);
  await open('member');
  const card = page.locator('[data-machine=recycler-1]');
  await expect(card).toContainText('বুক করা');
  await expect(card).not.toContainText('জুতা কারখানা খ');
  await open('operator');
  await expect(card).toContainText('জুতা কারখানা খ');
  await other.ask(`/bookings/${booking.id}/cancel`, {});
});
