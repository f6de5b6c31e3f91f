// Who comes without a telephone types the number of the booking at the machine.

import { until } from './support/api.ts';
import { holdsTheRules } from './support/rules.ts';
import { expect, test } from './support/world.ts';

const bangla = (digits: string) => digits.replace(/\d/g, (one) => '০১২৩৪৫৬৭৮৯'[Number(one)]!);

test('the number of the booking, typed at the machine, says that they are there', async (
  { page, open, person }, info,
) => {
  const slug = info.project.name === 'phone' ? 'laser-2' : 'cad-1';
  const member = await person('member');
  const booking = await member.bookSoon(slug, 30);
  await open('member', `/bookings/${booking.id}`);
  const shown = page.locator('.pin strong');
  await expect(shown).toHaveText(/^[০-৯]{4}$/);
  const pin = await shown.innerText();
  await open('operator', '/');
  const card = page.locator(`[data-machine=${slug}]`);
  const enter = card.getByRole('button', { name: 'পিন দিন' });
  await expect(enter).toBeVisible({ timeout: 90_000 });
  await enter.click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox').fill(pin === bangla('1000') ? '১০০১' : '১০০০');
  await dialog.locator('button.main').click();
  await expect(dialog.getByRole('alert')).toBeVisible();
  await holdsTheRules(page);
  await dialog.getByRole('textbox').fill('');
  for (const digit of pin) await dialog.getByRole('button', { name: digit, exact: true }).click();
  await dialog.locator('button.main').click();
  await expect(page.getByText('স্বাগতম', { exact: false })).toBeVisible();
  await until('here', async () =>
    (await member.get(`/bookings/${booking.id}`)).state === 'checked_in' || undefined);
  await member.ask(`/bookings/${booking.id}/cancel`, {});
});
