import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';

const root = new URL('./', import.meta.url);
const desks = readdirSync(root, { withFileTypes: true })
  .filter((one) => one.isDirectory()).map((one) => one.name);

test('no desk imports another: what several show is in parts', () => {
  for (const desk of desks) {
    const sources = readdirSync(new URL(`${desk}/`, root), { encoding: 'utf8' });
    for (const name of sources) {
      const text = readFileSync(new URL(`${desk}/${name}`, root), 'utf8');
      assert.doesNotMatch(text, /from '\.\.\/\w+\//, `${desk}/${name}`);
    }
  }
});

test('the README lists every desk', () => {
  const readme = readFileSync(new URL('../../README.md', root), 'utf8');
  for (const desk of desks) assert.ok(readme.includes(`\`${desk}\``), desk);
});
