import { until } from './support/api.ts';
import { holdsTheRules } from './support/rules.ts';
import { oneJob } from './support/seed.ts';
import { expect, test } from './support/world.ts';

/** Latin digits as Bangla ones. */
const bangla = (text: string) => text.replace(/[0-9]/g, (d) => '০১২৩৪৫৬৭৮৯'[Number(d)]!);
const kwh = (wh: number) => `${Math.floor(wh / 1000)}.${String(wh % 1000).padStart(3, '0')}`;

test('a register is corrected, and shows what it replaced, who did it and why', async ({ page,
  open, person }) => {
  const manager = await person('manager');
  const booking = await oneJob(await person('member'), await person('operator'), 'pearl-1');
  const job = await until('the job is closed', async () => {
    const { items } = await manager.get('/usage-sessions');
    return items.find((one: { booking_id: string; state: string }) =>
      one.booking_id === booking.id && one.state === 'closed');
  });
  const [start, stop] = [job.registers[0], job.registers.at(-1)];
  // Not below what was kept at a quarter of an hour, should the job have gone over one.
  const read = Math.max(stop.value_wh - 5, job.registers.at(-2).value_wh);
  await open('manager', `/jobs/${job.id}`);
  await page.locator('[data-correct=stop]').click();
  const sheet = page.getByRole('dialog');
  await expect(sheet).toContainText('এর কম নয়');
  await sheet.getByLabel('সঠিক রিডিং').fill(bangla(kwh(start.value_wh - 1)));
  await expect(sheet).toContainText('আশপাশের রিডিংয়ের মাঝে হতে হবে।');
  await sheet.getByLabel('সঠিক রিডিং').fill(bangla(kwh(read)));
  await sheet.getByLabel('কারণ').fill('পর্দায় অন্য রিডিং ছিল');
  await expect(sheet.locator('[data-after]')).toContainText('→');
  await holdsTheRules(page);
  await sheet.getByRole('button', { name: 'রিডিং সংশোধন করুন' }).click();
  const shown = page.locator('[data-corrected]');
  await expect(shown).toContainText('সংশোধিত');
  await expect(shown).toContainText('পর্দায় অন্য রিডিং ছিল');
  await expect(shown).toContainText('আগে ছিল');
  await expect(shown).toContainText('কে');
  const after = await manager.get(`/usage-sessions/${job.id}`);
  expect(after.energy_wh).toBe(job.energy_wh - (stop.value_wh - read));
  await holdsTheRules(page);
});

test('what an issued bill rests on stays, and a correction says where the difference goes',
  async ({ page, open, person }) => {
    const manager = await person('manager');
    const { items } = await manager.get('/invoices?state=final');
    // The oldest: what other stories bill need not be of machines.
    await open('manager', `/invoices/${items.at(-1).id}/1`, 'en');
    await page.locator('[data-correct=stop]').click();
    const sheet = page.getByRole('dialog');
    await expect(sheet).toContainText('the difference is on the next bill or on a credit note');
    await expect(sheet.getByRole('textbox')).toHaveCount(2);
  });
