import { accessible, fits, holdsTheRules } from './support/rules.ts';
import { stops } from './support/tour.ts';
import { expect, test } from './support/world.ts';

test('every screen keeps the rules', async ({ page, open, person }) => {
  test.setTimeout(420_000);
  for (const stop of await stops(await person('manager'))) {
    await test.step(stop.name, async () => {
      await open(stop.role, stop.address);
      await page.locator(stop.ready).locator('visible=true').first().waitFor({ timeout: 15_000 });
      await holdsTheRules(page);
    });
  }
});

test('every screen has room for English', async ({ page, open, person }) => {
  test.setTimeout(300_000);
  for (const stop of await stops(await person('manager'))) {
    await test.step(stop.name, async () => {
      await open(stop.role, stop.address, 'en');
      await page.locator(stop.ready).locator('visible=true').first().waitFor({ timeout: 15_000 });
      await fits(page);
    });
  }
});

test('the dark colours have contrast too', async ({ page, open, person }) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  for (const stop of await stops(await person('manager'))) {
    if (!['today', 'book-machine', 'job', 'invoice', 'devices'].includes(stop.name)) continue;
    await open(stop.role, stop.address);
    await page.locator(stop.ready).locator('visible=true').first().waitFor({ timeout: 15_000 });
    expect.soft(await accessible(page), stop.name).toEqual([]);
  }
});

test('the judge itself finds planted faults', async ({ page, open }) => {
  await open('member');
  await page.evaluate(() => {
    document.querySelector('main')!.insertAdjacentHTML('beforeend',
      '<img src="/icon.svg"><button></button><p id="pale">pale</p>');
    document.getElementById('pale')!.style.color = '#ccc';
  });
  const found = (await accessible(page)).join('\n');
  for (const rule of ['image-alt', 'button-name', 'color-contrast'])
    expect(found).toContain(rule);
});

test('no page of another role opens', async ({ page, open }) => {
  await open('member', '/audit');
  await expect(page.getByRole('heading', { name: /অন্য|নয়/ })).toBeVisible();
  await open('member', '/no-such-page');
  await expect(page.getByRole('heading', { name: 'এমন কোনো পাতা নেই' })).toBeVisible();
});
