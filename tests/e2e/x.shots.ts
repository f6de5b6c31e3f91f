
import { test } from './support/world.ts';
import { loseAnswer } from './support/lost.ts';
for (const language of ['bn', 'en'] as const) test('x ' + language, async ({ page, open, person }, info) => {
  const shot = async (n: string) => { await page.waitForTimeout(500); await page.screenshot({ path: `/tmp/sheets/x-${info.project.name}-${language}-${n}.png` }); };
  const m = await person('member');
  const now = await m.now();
  const key = (d: number) => new Date(now + 6*3600e3 + d*86400e3).toISOString().slice(0, 10);
  await open('accountant', '/timeline?day=' + key(2), language); await page.locator('h1').waitFor(); await shot('timeline2');
  await open('member', '/book?machine=laser-2&day=' + key(3), language); await page.locator('[data-start]').first().waitFor(); await shot('days');
  await page.locator('[data-start]').nth(3).click(); await page.locator('.quote .big').first().waitFor();
  await page.locator('.quote summary').click();
  await loseAnswer(page, '**/api/v1/bookings');
  await page.locator('dialog button.main').click(); await page.getByRole('alert').waitFor(); await page.waitForTimeout(2500); await shot('lost');
  const b = (await m.get('/bookings')).items[0].id;
  await open('member', '/bookings/' + b, language); await page.locator('.screen-only button').first().click(); await page.locator('dialog [data-start]').first().waitFor(); await shot('move');
  await open('manager', '/rates', language); await page.locator('button.main').first().click(); await page.locator('dialog input').first().waitFor();
  await page.evaluate(() => document.querySelector('dialog')!.scrollTo(0, 500)); await shot('rates');
  const inv = (await (await person('accountant')).get('/invoices?state=final')).items[0].id;
  await open('accountant', `/invoices/${inv}`, language); await page.locator('.screen-only button.main').click(); await page.locator('dialog input').first().waitFor();
  await page.route('**/payments', r => r.abort()); await page.locator('dialog button.main').click(); await page.getByRole('alert').waitFor(); await shot('pay');
  await open('accountant', `/invoices/${inv}/1`, language); await page.locator('.formula').waitFor(); await shot('proof');
  await open('accountant', '/', language); if (page.viewportSize()!.width < 900) { await page.locator('.tabs button').click(); }
  await page.route('**/api/v1/session', r => r.abort()); await page.locator('.foot button').locator('visible=true').click(); await page.getByRole('alert').waitFor(); await shot('exit');
  await page.evaluate(() => document.querySelector('dialog')?.scrollTo(0, 5000)); await shot('exit2');
  await page.unroute('**/api/v1/session');
  await page.route('**/assets/en-*.js', r => r.abort());
  await open('member', '/jobs', 'bn'); await page.locator('header button').last().click(); await shot('toast');
});
