import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

const text = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');

test('every screen stands in one group of the menu', () => {
  const screens = [...text('screens.ts').matchAll(/path: '([^']+)'/g)].map((found) => found[1]);
  const groups = text('menu.ts').split('const TABS')[0]!;
  const listed = [...groups.matchAll(/'(\/[a-z-]*)'/g)].map((found) => found[1]);
  assert.deepEqual(listed.toSorted(), screens.toSorted());
});
