import assert from 'node:assert/strict';
import test from 'node:test';
import type { Trace } from '../../api/types.ts';
import { columnsOf, gapsOf, highest, rowsOf } from './trace.ts';

const START = Date.parse('2026-11-20T04:00:00Z');
const trace = (max: (number | null)[]): Trace => ({
  channel: 1, unit: 'W', step_seconds: 10,
  from: new Date(START).toISOString(), to: new Date(START + max.length * 10_000).toISOString(),
  at: max.map((_, index) => index * 10),
  min: max.map((watts) => watts && watts - 1), max, last: max,
});

test('gaps are where nothing was read, also at the end', () => {
  const seconds = (at: number) => START / 1000 + at;
  const missing = [5, 5, 5, null, null, null, 7, 7, null, null, null];
  assert.deepEqual(gapsOf(trace(missing)), [
    [seconds(20), seconds(60)], [seconds(70), seconds(110)],
  ]);
  assert.deepEqual(gapsOf(trace([5, 6])), []);
  assert.deepEqual(gapsOf(trace([null, null, null, null])), [[seconds(0), seconds(40)]]);
});

test('a meter that is read at every other step has no gaps', () => {
  assert.deepEqual(gapsOf(trace([5, null, 5, null, 6, null, 6, null])), []);
});

test('no line is drawn over a gap', () => {
  const { at, max } = columnsOf(trace([5, 5, null, null, null, null, 7, 7]));
  assert.deepEqual(max, [5, 5, null, 7, 7]);
  assert.deepEqual(at.map((one) => one - START / 1000), [0, 10, 35, 60, 70]);
});

test('the highest is the first of its height', () => {
  assert.deepEqual(highest(trace([5, 9, null, 9])), { watts: 9, at: START + 10_000 });
  assert.equal(highest(trace([null])), undefined);
});

test('rows keep the least and the most of what they put together', () => {
  const rows = rowsOf(trace([5, 9, null, null]), 2);
  assert.deepEqual(rows, [
    { from: START, min: 4, max: 9, last: 9 },
    { from: START + 20_000, min: null, max: null, last: null },
  ]);
});
