// A day that is closed for a strike: looked at before it is done, and done once.

import { loseAnswer } from './support/lost.ts';
import { holdsTheRules } from './support/rules.ts';
import { expect, test } from './support/world.ts';

const DAY_MS = 86_400_000;
// Nobody can have booked so far ahead, so no other story is in the way.
const AHEAD = { phone: 300, desk: 301 } as Record<string, number>;

test('a closure is looked at, and an answer that got lost closes nothing twice',
  async ({ page, open, person }, { project }) => {
    const manager = await person('manager');
    const at = (await manager.now()) + AHEAD[project.name]! * DAY_MS;
    const day = new Date(at).toISOString().slice(0, 10);
    const outages = async () => (await manager.get(`/outages?${new URLSearchParams({
      from: new Date(at - 2 * DAY_MS).toISOString(), to: new Date(at + 2 * DAY_MS).toISOString(),
    })}`)).items.length as number;
    const before = await outages();
    await open('manager', '/closures');
    for (const which of ['শেষ দিন', 'প্রথম দিন']) {
      const group = page.getByRole('group', { name: which });
      await group.getByLabel('মাস').selectOption(day.slice(0, 7));
      await group.getByLabel('দিন', { exact: true }).selectOption(day.slice(8));
    }
    await page.locator('label', { hasText: 'হরতাল' }).click();
    await page.getByLabel('সবাইকে যা জানানো হবে').fill('হরতাল');
    await page.getByRole('button', { name: 'কার কার বুকিং আছে দেখুন' }).click();
    await expect(page.getByRole('heading', { name: '০টি বুকিং' })).toBeVisible();
    await holdsTheRules(page);
    expect(await outages()).toBe(before);

    const keys = await loseAnswer(page, '**/api/v1/closures');
    await page.getByRole('button', { name: 'এখন বন্ধ করুন' }).click();
    await expect(page.getByRole('alert')).toContainText('দুবার হবে না');
    await expect(page.getByLabel('সবাইকে যা জানানো হবে')).toBeDisabled();
    await page.getByRole('button', { name: 'আবার চেষ্টা করুন' }).click();
    await expect(page.getByText('বন্ধ: ০টি বাতিল, ০টি সরানো')).toBeVisible();
    expect(new Set(keys).size).toBe(1);
    expect(await outages()).toBe(before + 1);
  });
