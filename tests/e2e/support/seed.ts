// A little history, so that no screen is empty: a finished and billed job, bookings to come.

import { Person, startWhenReady, until } from './api.ts';
import type { Demo } from './demo.ts';

const ENOUGH_WH = 20;

/** A finished job of some energy; the booking. */
export async function oneJob(member: Person, operator: Person, slug = 'press-1') {
  const booking = await member.bookSoon(slug, 60);
  await operator.post(`/bookings/${booking.id}/check-in`, {});
  await startWhenReady(operator, booking.id);
  await until('energy of the first job', async () => {
    const { items } = await operator.get('/machines');
    const machine = items.find((one: { slug: string }) => one.slug === slug);
    return machine.live.session_energy_wh > ENOUGH_WH ? true : undefined;
  });
  await operator.ask(`/bookings/${booking.id}/stop`, { quantity: 240 });
  return booking;
}

async function oneBill(accountant: Person): Promise<void> {
  const period = new Date((await accountant.now()) + 6 * 3_600_000).toISOString().slice(0, 7);
  const run = await until('a bill of the first job', async () => {
    const { status, body } = await accountant.post('/billing-runs', { period, dry_run: false });
    return status < 300 && body.invoices.length > 0 ? body : undefined;
  });
  const { id, total } = run.invoices[0];
  await accountant.ask(`/invoices/${id}/finalize`, { reason: 'The account is closed' });
  const half = Math.floor(total.amount / 2);
  await accountant.ask(`/invoices/${id}/payments`, {
    amount: { amount: half, currency: 'BDT' }, method: 'cash',
  });
}

export async function seed(demo: Demo): Promise<void> {
  const member = await Person.logIn(demo, 'member');
  const operator = await Person.logIn(demo, 'operator');
  const accountant = await Person.logIn(demo, 'accountant');
  if ((await accountant.get('/invoices')).items.length > 0) return;
  await oneJob(member, operator);
  await oneBill(accountant);
  await member.bookSoon('pearl-1', 60, 24 * 60);
  await (await Person.logIn(demo, 'member_b')).bookSoon('cad-1', 120, 60);
}

/** Something else is billed to whoever was billed before. */
export async function anotherBill(
  accountant: Person, before: { issued_at: string; enterprise: { id: string } },
) {
  const period = before.issued_at.slice(0, 7);
  await accountant.ask('/usage-events', {
    source: 'story', id: `${Date.now()}`, enterprise_id: before.enterprise.id,
    at: before.issued_at, label: { en: 'A course', bn: 'একটি কোর্স' }, quantity: 1,
    unit: 'course', price_e4: 1_234_500_000,
  });
  const { invoices } = await accountant.ask('/billing-runs',
    { period, enterprise_id: before.enterprise.id, dry_run: false });
  return accountant.ask(`/invoices/${invoices[0].id}/finalize`,
    { reason: 'The account is closed' });
}

/** Soles and uppers by the piece, and how dirty a unit is when the sun does not shine. */
export async function worksByThePiece(manager: Person): Promise<void> {
  const { items } = await manager.get('/policy-settings');
  if (items.some((one: { name: string }) => one.name === 'work.sole.seconds')) return;
  const press = (await manager.machine('press-1')).id;
  const laser = (await manager.machine('laser-2')).id;
  for (const body of [
    { name: 'work.sole.seconds', value: 30, machine_id: press },
    { name: 'work.upper.seconds', value: 45, machine_id: laser },
    { name: 'grid_g_per_kwh', value: 620 }, { name: 'solar_g_per_kwh', value: 50 },
    // Here the sun shines from midnight to five: the first times of a day are the green ones.
    { name: 'solar_from_minute', value: 0 }, { name: 'solar_until_minute', value: 1020 },
  ]) await manager.ask('/policy-settings', body);
}
