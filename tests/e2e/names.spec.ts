// Forty hostile names wherever a person can write one: every screen shows them as text. The page
// that runs one, or whose policy has to stop one, fails (support/world.ts watches both).

import { readFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import type { Person } from './support/api.ts';
import { stops } from './support/tour.ts';
import { expect, test } from './support/world.ts';

const NAMES = JSON.parse(readFileSync(
  new URL('../security/hostile_names.json', import.meta.url), 'utf8')) as string[];
// One of each kind for what is costly to make.
const FEW = NAMES.filter((_, index) => index % 5 === 0);

async function seed(manager: Person, member: Person, accountant: Person): Promise<void> {
  for (const name of NAMES) {
    const { status, body } = await manager.post('/enterprises',
      { name: { en: name, bn: name }, place: name });
    if (status !== 201) continue;
    await accountant.post('/usage-events', {
      source: 'hostile', id: randomUUID(), enterprise_id: body.id,
      at: new Date(await accountant.now()).toISOString(), label: { en: name, bn: name },
      quantity: 1, unit: name.slice(0, 20), price_e4: 1_000_000,
    });
  }
  const { items: machines } = await manager.get('/machines');
  for (const [index, name] of FEW.entries()) {
    await manager.post('/people', {
      login: `hostile-${index}`, password: 'a long enough word', name: { en: name, bn: name },
      roles: [{ role: 'operator', enterprise_id: null }],
    });
    await manager.post('/machine-groups',
      { name: { en: name, bn: name }, machine_ids: [machines[0].id] });
    await manager.post('/resources', { kind: 'tool', name: { en: name, bn: name }, count: 1 });
    await manager.post('/tickets', { machine_id: machines[0].id, text: name, title: name });
    await manager.post('/services', { name: { en: name, bn: name }, machine_id: machines[0].id });
    await manager.post('/items', { name: { en: name, bn: name }, unit: name, price_e4: 1 });
    await manager.post('/materials', { name: { en: name, bn: name }, unit: 'kg' });
    const booking = await member.bookSoon('cad-1', 60, 24 * 60 * (index + 2));
    await member.post(`/bookings/${booking.id}/cancel`, { reason: name });
  }
}

test('no page runs what a name holds', async ({ page, open, person }) => {
  test.setTimeout(600_000);
  const manager = await person('manager');
  await seed(manager, await person('member'), await person('accountant'));
  let dialogs = 0;
  page.on('dialog', (dialog) => { dialogs++; void dialog.dismiss(); });
  let shown = 0;
  for (const stop of await stops(manager)) {
    await open(stop.role, stop.address, 'en');
    await expect(page.locator(stop.ready).first()).toBeVisible();
    const text = await page.locator('body').innerText();
    if (NAMES.some((name) => name.length > 12 && text.includes(name))) shown++;
    const made = await page.locator('iframe, object, embed, base, [onerror], [onload], ' +
      '[onclick], [ontoggle], [href^="javascript:" i], [href*="evil.example"]').count();
    expect(made, stop.name).toBe(0);
    const scripts = await page.locator('script').allTextContents();
    expect(scripts.filter((text) => text.length < 100 && text.includes('alert')), stop.name)
      .toEqual([]);
    expect(page.url(), stop.name).toContain(new URL(stop.address, 'http://x').pathname);
  }
  expect(dialogs).toBe(0);
  expect(shown, 'screens that show one as text').toBeGreaterThan(2);
});
