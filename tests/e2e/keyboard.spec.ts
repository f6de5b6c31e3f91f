import type { Page } from '@playwright/test';
import { booked, Hand, number, ready, who } from './support/hand.ts';
import { holdsTheRules } from './support/rules.ts';
import { expect, test } from './support/world.ts';

/** Tabs until the focus is on something, as somebody without a mouse does. */
async function tabTo(page: Page, selector: string, most = 60): Promise<void> {
  for (let step = 0; step < most; step++) {
    await page.keyboard.press('Tab');
    const there = await page.evaluate((wanted) =>
      document.activeElement?.closest(wanted) !== null, selector);
    if (there) return;
  }
  throw new Error(`no way to ${selector} with the Tab key`);
}

test('a time is booked without a mouse', async ({ page, open }) => {
  await open('member', '/book');
  await expect(page.locator('[data-next]').first()).toBeVisible();
  await tabTo(page, '[data-next]');
  await tabTo(page, 'a[href*="machine="]');
  await page.keyboard.press('Enter');
  await expect(page.locator('[data-start]').first()).toBeVisible();
  await tabTo(page, '[data-start]');
  for (let step = 0; step < 6; step++) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');

  const dialog = page.getByRole('dialog');
  await expect(dialog).toBeVisible();
  await tabTo(page, 'dialog input[type=radio]');
  const before = await dialog.locator('input:checked').evaluate((one) =>
    one.parentElement?.textContent);
  await page.keyboard.press('ArrowRight');
  await expect(dialog.locator('label:has(input:checked)')).not.toHaveText(before!);
  await tabTo(page, 'dialog button.main');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'বুকিং হয়েছে' })).toBeVisible();
});

test('a time keeps the focus while the clock goes on', async ({ page, open, person }) => {
  // Today, unless that is as good as over.
  const soon = (await (await person('member')).now()) + 6 * 3_600_000 + 20 * 60_000;
  await open('member', `/book?machine=laser-2&day=${new Date(soon).toISOString().slice(0, 10)}`);
  // Not the first one, whose time may come; late in the evening it may be the only one.
  await expect(page.locator('[data-start]').first()).toBeVisible();
  const start = page.locator('[data-start]').last();
  await start.focus();
  await page.waitForTimeout(3500);
  await expect(start).toBeFocused();
});

test('a dialog keeps the focus, Escape closes it and gives the focus back',
  async ({ page, open }) => {
    await open('member', '/book');
    const opener = page.locator('[data-next]').first();
    await opener.focus();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('dialog')).toBeVisible();
    for (let step = 0; step < 25; step++) {
      await page.keyboard.press('Tab');
      const outside = await page.evaluate(() =>
        document.activeElement !== document.body && !document.activeElement?.closest('dialog'));
      expect(outside).toBe(false);
    }
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await expect(opener).toBeFocused();
  });

test('the first Tab leads past the menu', async ({ page, open }) => {
  await open('manager');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'মূল অংশে যান' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.locator('main')).toBeFocused();
});

test('a caller with a telephone number: digits, Enter, machine, length, Enter',
  async ({ page, open, person }) => {
    const phone = number();
    const operator = await person('operator');
    const party = await operator.ask('/enterprises', { name: { bn: 'রহিমা ব্যাগ' }, phone });
    await open('operator', '/desk');
    await expect(who(page)).toBeFocused();
    await holdsTheRules(page);

    const hand = new Hand(page);
    await hand.type(phone.slice(-4));
    await hand.press('Enter');
    await expect(page.locator('input[type=radio]:focus')).toHaveCount(1);
    await expect(ready(page)).toBeVisible();
    await hand.press('ArrowRight');
    await hand.press('ArrowDown');
    await expect(ready(page)).toBeVisible();
    await hand.press('Enter');
    await expect(booked(page)).toContainText('রহিমা ব্যাগ');
    hand.done('a caller, by keyboard');
    await expect(who(page)).toBeFocused();
    await holdsTheRules(page);

    const { items } = await operator.get(`/enterprises?last4=${phone.slice(-4)}`);
    const one = items.find((each: { id: string }) => each.id === party.id);
    expect(one.next_booking_at).not.toBeNull();
  });
