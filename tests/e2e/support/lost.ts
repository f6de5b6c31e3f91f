// A connection that breaks at the worst moment.

import type { Page } from '@playwright/test';

/** Loses the first answer of a change, which happens all the same; the keys that were sent. */
export async function loseAnswer(page: Page, path: string, method = 'POST'): Promise<string[]> {
  const keys: string[] = [];
  await page.route(path, async (route) => {
    const { dry_run: tried } = route.request().postDataJSON() ?? {};
    if (route.request().method() !== method || tried) return route.continue();
    keys.push(route.request().headers()['idempotency-key']!);
    const answer = await route.fetch();
    return keys.length === 1 ? route.abort() : route.fulfill({ response: answer });
  });
  return keys;
}
