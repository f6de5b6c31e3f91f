// A picture of every screen in both languages, for people to look at.

import type { Page } from '@playwright/test';
import { stops } from './support/tour.ts';
import { test } from './support/world.ts';

/** As tall as the screen's content, so that nothing floats over the middle of it. */
async function picture(page: Page, path: string): Promise<void> {
  const size = page.viewportSize()!;
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width: size.width, height: Math.max(size.height, height) });
  await page.waitForTimeout(400);
  await page.screenshot({ path });
  await page.setViewportSize(size);
}

for (const language of ['bn', 'en'] as const) {
  test(`screens (${language})`, async ({ page, open, person }, info) => {
    const path = (name: string) => `screens/${info.project.name}-${language}-${name}.png`;
    await page.addInitScript((chosen) => localStorage.setItem('karkhana.language', chosen),
      language);
    await page.goto('/');
    await page.locator('form').waitFor();
    await picture(page, path('log-in'));
    for (const stop of await stops(await person('manager'))) {
      await open(stop.role, stop.address, language);
      await page.locator(stop.ready).locator('visible=true').first().waitFor();
      await page.waitForTimeout(600);
      await picture(page, path(stop.name));
    }
    await open('member', '/book', language);
    await page.locator('[data-next]').first().click();
    await page.locator('.quote .big').first().waitFor();
    await picture(page, path('book-sheet'));
  });
}
