// A manager books for whoever comes or calls: at most five inputs, in less than twenty seconds.

import { booked, Hand, number, ready, who } from './support/hand.ts';
import { bangla, holdsTheRules } from './support/rules.ts';
import { expect, test } from './support/world.ts';

test('a walk-in by touch: digits, who, machine, length, yes', async ({ page, open, person }) => {
  const phone = number();
  await (await person('operator')).ask('/enterprises', { name: { bn: 'করিম লেদার' }, phone });
  await open('operator', '/desk');
  await expect(who(page)).toBeFocused();

  const hand = new Hand(page);
  await hand.type(phone.slice(-4));
  await hand.tap('[data-party]', 'করিম লেদার');
  await expect(ready(page)).toBeVisible();
  await hand.tap('label:has(input[type=radio])', 'লেজার কাটার ২');
  await hand.tap('label:has(input[type=radio])', '৩০ মিনিট');
  await expect(ready(page)).toBeVisible();
  await hand.aside(() => holdsTheRules(page));
  await hand.tap('button.main');
  await expect(booked(page)).toContainText('করিম লেদার');
  hand.done('a walk-in, by touch');
});

test('a walk-in without a record gets one on the way', async ({ page, open }) => {
  const phone = number();
  const name = `নতুন দোকান ${bangla(phone.slice(-4))}`;
  await open('operator', '/desk');
  await expect(who(page)).toBeFocused();

  const hand = new Hand(page);
  await hand.type(name);
  await hand.press('Enter');
  await expect(page.getByLabel('ফোন', { exact: true })).toBeFocused();
  await hand.aside(() => holdsTheRules(page));
  await hand.type(phone);
  await hand.press('Enter');
  await expect(ready(page)).toBeVisible();
  await hand.press('Enter');
  await expect(booked(page)).toContainText('নতুন দোকান');
  hand.done('a walk-in without a record');
});

test('two records of one are made one, and two again', async ({ page, open, person }) => {
  const phone = number();
  const operator = await person('operator');
  const kept = await operator.ask('/enterprises', { name: { bn: 'মেসার্স জরিনা সু' }, phone });
  const gone = await operator.ask('/enterprises', { name: { bn: 'যরিনা শু' }, phone });
  await operator.bookSoon('cad-1', 30, 5 * 24 * 60, gone.id);
  await open('manager', `/enterprises/${kept.id}`);
  await expect(page.getByText('একই ফোন').first()).toBeVisible();
  await expect(page.getByText('নাম শুনতে এক').first()).toBeVisible();
  await holdsTheRules(page);
  await page.locator('li', { has: page.locator(`a[href$="${gone.id}"]`) }).getByRole('button')
    .click();
  await page.getByLabel('কীভাবে জানলেন?').fill('একই মালিক');
  await holdsTheRules(page);
  await page.getByRole('dialog').locator('button.main').click();
  await expect(page.getByText('সরানো বুকিং: ১')).toBeVisible();
  await page.getByRole('button', { name: /^ফেরান/ }).click();
  await expect(page.getByText('ফেরানো হয়েছে')).toBeVisible();
  const { items } = await operator.get(`/enterprises/${kept.id}/duplicates`);
  expect(items.map((one: { enterprise: { id: string } }) => one.enterprise.id)).toContain(gone.id);
});

test('the list of trainings says when there is none', async ({ page, open }) => {
  // What other stories trained is left out here.
  await page.route('**/api/v1/trainings?*', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...await response.json(), items: [] } });
  });
  await open('operator', '/trainings');
  await expect(page.getByRole('heading', { name: 'প্রশিক্ষণ' })).toBeVisible();
  await expect(page.getByText('কোনো প্রশিক্ষণ নেই')).toBeVisible();
  await holdsTheRules(page);
});
