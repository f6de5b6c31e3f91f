// What holds on every screen.

import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const SMALLEST = 44;

export async function accessible(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`));
}

/** As whoever writes Bangla types a number. */
export const bangla = (text: string | number): string =>
  String(text).replace(/[0-9]/g, (digit) => '০১২৩৪৫৬৭৮৯'[Number(digit)]!);

/** Text with Latin digits that is not marked as something to be read by machines. */
export function latinDigits(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const text = walker.currentNode.textContent ?? '';
      const parent = walker.currentNode.parentElement;
      if (!/[0-9]/.test(text) || parent?.closest('[lang=en], script, style')) continue;
      found.push(text.trim());
    }
    // What a form begins with is read like any other text.
    for (const input of document.querySelectorAll('input'))
      if (/^(text|search|tel)$/.test(input.type) && !input.closest('[lang=en]') &&
          input.checkVisibility() && /[0-9]/.test(input.value)) found.push(input.value);
    return found;
  });
}

export function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate((smallest) => {
    const all = document.querySelectorAll<HTMLElement>(
      'button, a[href], select, summary, label:has(> input), ' +
        'input:not([type=radio], [type=checkbox])',
    );
    return [...all].filter((one) => one.checkVisibility() && !one.matches('.skip'))
      .filter((one) => {
        const { width, height } = one.getBoundingClientRect();
        return width > 1 && (width < smallest || height < smallest);
      })
      .map((one) => one.outerHTML.slice(0, 120));
  }, SMALLEST);
}

export function sideways(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
}

/** What a longer or shorter word can break. */
export async function fits(page: Page): Promise<void> {
  expect.soft(await smallTargets(page), 'targets').toEqual([]);
  expect.soft(await sideways(page), 'scrolls sideways by').toBeLessThanOrEqual(0);
}

/** All of them, with every break of one shown at once. */
export async function holdsTheRules(page: Page): Promise<void> {
  expect.soft(await accessible(page), 'axe').toEqual([]);
  expect.soft(await latinDigits(page), 'Latin digits').toEqual([]);
  await fits(page);
}
