// The board on the wall of the hall.

import { expect, test } from './support/world.ts';
import { holdsTheRules } from './support/rules.ts';

test('the wall shows now and next of each machine, but not whose', async ({
  page, open, person,
}) => {
  const operator = await person('operator');
  const { items: machines } = await operator.get('/machines');
  const { items: enterprises } = await operator.get('/enterprises');
  await open('operator', '/wall');
  await expect(page.locator('[data-wall]')).toHaveCount(machines.length);
  await expect(page.getByRole('navigation')).toHaveCount(0);
  await expect(page.locator('[data-wall] svg[role=img]')).toHaveCount(machines.length);
  for (const one of enterprises)
    await expect(page.getByText(one.name.bn)).toHaveCount(0);
  await holdsTheRules(page);
  await page.getByRole('link', { name: 'আজ' }).click();
  await expect(page.locator('[data-machine]').first()).toBeVisible();
});

test('members have no wall', async ({ page, open }) => {
  await open('member', '/wall');
  await expect(page.locator('[data-wall]')).toHaveCount(0);
});
