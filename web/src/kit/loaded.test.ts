import '../testing.ts';
import assert from 'node:assert/strict';
import test from 'node:test';
import { Pages, wholeList, type Page } from './loaded.svelte.ts';

/** A list of so many numbers, three a page. */
const counting = (until: number) => async (cursor = '0'): Promise<Page<number>> => {
  const from = Number(cursor);
  const items = [from, from + 1, from + 2].filter((one) => one < until);
  return { items, next: from + 3 < until ? String(from + 3) : null };
};

test('a whole list is all of its pages in order', async () => {
  assert.deepEqual(await wholeList(counting(2)), { items: [0, 1], next: null });
  assert.deepEqual(await wholeList(counting(8)), {
    items: [0, 1, 2, 3, 4, 5, 6, 7], next: null,
  });
});

test('a list without end is left at some page, where it can go on', async () => {
  const some = await wholeList(counting(100), undefined, 2);
  assert.deepEqual(some, { items: [0, 1, 2, 3, 4, 5], next: '6' });
  assert.equal((await wholeList(counting(100), some.next!)).items[0], 6);
});

test('a page that comes after the list began again is not put behind it', async () => {
  const pages = new Pages(counting(9));
  await pages.refresh();
  const late = pages.more.refresh();
  const again = pages.refresh();
  await Promise.all([late, again]);
  assert.deepEqual([pages.items, pages.next], [[0, 1, 2], '3']);
  await pages.more.refresh();
  assert.deepEqual(pages.items, [0, 1, 2, 3, 4, 5]);
});
