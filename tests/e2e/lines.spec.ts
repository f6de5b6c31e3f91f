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
