import assert from 'node:assert/strict';
import test from 'node:test';
import {
  blocksOf, breakBlocksOf, breaksOf, hoursOf, isCalendar, stretches,
} from './hours.ts';
import { weekFrom } from '../../i18n/time.ts';

const hours = (weekday: number, opens_minute: number, closes_minute: number) =>
  ({ weekday, opens_minute, closes_minute });

test('a week begins where the centre says', () => {
  assert.deepEqual(weekFrom(7), [7, 1, 2, 3, 4, 5, 6]);
  assert.deepEqual(weekFrom(1), [1, 2, 3, 4, 5, 6, 7]);
});

test('hours that are alike are one line, and come back as they were', () => {
  const week = [hours(1, 540, 1020), hours(2, 540, 1020), hours(6, 540, 780), hours(6, 840, 1020)];
  const blocks = blocksOf(week);
  assert.deepEqual(blocks, [
    { weekdays: [1, 2], from: 540, until: 1020 },
    { weekdays: [6], from: 540, until: 780 },
    { weekdays: [6], from: 840, until: 1020 },
  ]);
  assert.deepEqual(hoursOf(blocks), week);
});

test('breaks of one name and time are one line', () => {
  const prayer = { en: 'Prayer', bn: 'নামাজ' };
  const lunch = { en: 'Lunch', bn: 'দুপুর' };
  const week = [
    { weekday: 1, from_minute: 780, until_minute: 810, name: prayer },
    { weekday: 2, from_minute: 780, until_minute: 810, name: prayer },
    { weekday: 2, from_minute: 840, until_minute: 870, name: lunch },
  ];
  const blocks = breakBlocksOf(week);
  assert.deepEqual(blocks.map(({ weekdays }) => weekdays), [[1, 2], [2]]);
  assert.deepEqual(breaksOf(blocks), week);
});

test('periods lie on the strip of a year, cut at its ends', () => {
  const on = (first_day: string, last_day: string) =>
    stretches([{ first_day, last_day, profile: 'ramadan' }], '2026-11-01', 100);
  const at = (left: number, width: number) => [{ left, width, profile: 'ramadan' }];
  assert.deepEqual(on('2026-11-11', '2026-11-20'), at(0.1, 0.1));
  assert.deepEqual(on('2026-10-01', '2026-11-10'), at(0, 0.1));
  assert.deepEqual(on('2027-02-08', '2027-03-09'), at(0.99, 0.01));
  assert.deepEqual(on('2026-10-01', '2026-10-31'), []);
});

test('a calendar is told from a list', () => {
  assert.ok(isCalendar('BEGIN:VCALENDAR\r\nVERSION:2.0\r\n'));
  assert.ok(isCalendar('\uFEFFbegin:vcalendar\n'));
  assert.ok(!isCalendar('2026-12-16,Victory Day,বিজয় দিবস'));
});
