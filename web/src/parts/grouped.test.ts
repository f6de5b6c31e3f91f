import assert from 'node:assert/strict';
import test from 'node:test';
import { grouped } from './grouped.ts';

const shape = (titles: string[]) =>
  grouped(titles, (one) => one).map(({ title, items }) => [title, items.length]);

test('a title that comes again stands under its first heading', () => {
  assert.deepEqual(shape([]), []);
  assert.deepEqual(shape(['Nov', 'Nov', 'Dec', 'Nov']), [['Nov', 3], ['Dec', 1]]);
});
