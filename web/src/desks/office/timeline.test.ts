import assert from 'node:assert/strict';
import test from 'node:test';
import type { Calendar } from '../../api/types.ts';
import { axisOf, lanesOf, shownOf } from './timeline.ts';

const HOUR = 100 / 9;
const bar = (from: number, hours: number) => ({ left: from * HOUR, width: hours * HOUR });

test('what follows one another shares a lane', () => {
  assert.deepEqual(lanesOf([bar(0, 1), bar(1, 1), bar(2, 7)], 900), [0, 0, 0]);
});

test('short ones are as wide as a finger, and the next goes below', () => {
  assert.deepEqual(lanesOf([bar(0, 0.25), bar(0.25, 0.25), bar(0.5, 0.25)], 900), [0, 1, 0]);
  assert.deepEqual(lanesOf([bar(0, 0.25), bar(0.25, 0.25)], 1800), [0, 0]);
});

test('what is at once, as in a room or after somebody did not come, lies side by side', () => {
  assert.deepEqual(lanesOf([bar(1, 2), bar(1, 2), bar(2, 2), bar(3, 1)], 900), [0, 1, 2, 0]);
});

test('at the end of the day a short one grows to the left', () => {
  assert.deepEqual(lanesOf([bar(8, 0.75), bar(8.75, 0.25)], 900), [0, 1]);
});

const ZONE = 'Asia/Dhaka';
const at = (text: string) => Date.parse(`2026-11-${text}:00+06:00`);
const axis = (...open: [string, string][]) => {
  const stretches = open.map(([start, end]) =>
    ({ start: `2026-11-${start}:00+06:00`, end: `2026-11-${end}:00+06:00` }));
  return axisOf(at('21T08:00'), { open: stretches } as Calendar, ZONE);
};

test('a night shift belongs to the day on which it begins', () => {
  assert.deepEqual(axis(['21T14:00', '22T02:00']), { from: at('21T09:00'), to: at('22T02:00') });
});

test('where it never closes a day has twenty-four hours', () => {
  assert.deepEqual(axis(['21T00:00', '22T12:00']), { from: at('21T00:00'), to: at('22T00:00') });
});

test('a breakdown that nobody has mended yet is told without an end', () => {
  const day = axis(['21T09:00', '21T17:00']);
  const broken = (start: string, end: string) =>
    shownOf({ start: `2026-11-${start}:00+06:00`, end: `2026-11-${end}:00+06:00` }, day);
  assert.deepEqual(broken('20T10:00', '23T10:00'), { from: at('21T09:00') });
  assert.deepEqual(broken('21T10:00', '21T12:00'), { from: at('21T10:00'), to: at('21T12:00') });
});
