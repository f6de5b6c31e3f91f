import assert from 'node:assert/strict';
import test from 'node:test';
import {
  clockText, DAY, dateText, dayKey, dayPart, dayStart, dayText, instantOf, monthKey, monthText,
  rangeText, wallOf,
} from './time.ts';

const ZONE = 'Asia/Dhaka';
const at = (text: string) => Date.parse(text);
const wall = (text: string) => wallOf(at(text), ZONE);
const plain = (text: string) => text.replaceAll('\u00a0', ' ');

test('the wall is that of the facility, wherever the browser is', () => {
  assert.deepEqual(wall('2026-11-20T18:30:05Z'), {
    year: 2026, month: 11, day: 21, weekday: 6, hour: 0, minute: 30, second: 5,
  });
});

test('from the wall back to the instant, over midnight and over a change of the clock', () => {
  assert.equal(instantOf(2026, 11, 20, 0, ZONE), at('2026-11-19T18:00:00Z'));
  assert.equal(instantOf(2026, 11, 20, 1800, ZONE), at('2026-11-21T00:00:00Z'));
  assert.equal(instantOf(2026, 3, 29, 12 * 60, 'Europe/Berlin'), at('2026-03-29T10:00:00Z'));
  assert.equal(instantOf(2026, 3, 29, 0, 'Europe/Berlin'), at('2026-03-28T23:00:00Z'));
});

test('days and months by the wall', () => {
  const evening = at('2026-11-30T19:00:00Z');
  assert.equal(dayKey(evening, ZONE), '2026-12-01');
  assert.equal(dayStart(evening, ZONE), at('2026-11-30T18:00:00Z'));
  assert.equal(dayStart(evening, ZONE, 1), at('2026-12-01T18:00:00Z'));
  assert.equal(monthKey(evening, ZONE), '2026-12');
  assert.equal(monthKey(evening, ZONE, -12), '2025-12');
  assert.equal(monthKey(at('2026-01-15T00:00:00Z'), ZONE, -1), '2025-12');
});

test('parts of the day in words', () => {
  const cases: [number, string][] = [
    [3, 'রাত'], [4, 'ভোর'], [6, 'সকাল'], [11, 'সকাল'], [12, 'দুপুর'], [16, 'বিকাল'],
    [18, 'সন্ধ্যা'], [20, 'রাত'],
  ];
  for (const [hour, word] of cases) assert.equal(dayPart(hour, 'bn'), word);
});

test('times and stretches as people say them', () => {
  assert.equal(plain(clockText(wall('2026-11-20T04:30:00Z'), 'bn')), 'সকাল ১০:৩০');
  assert.equal(plain(clockText(wall('2026-11-20T18:05:09Z'), 'en', true)), '12:05:09 am');
  const range = (a: string, b: string, language: 'bn' | 'en') =>
    plain(rangeText(wall(a), wall(b), language));
  assert.equal(range('2026-11-20T04:00:00Z', '2026-11-20T05:30:00Z', 'bn'), 'সকাল ১০:০০–১১:৩০');
  assert.equal(range('2026-11-20T05:30:00Z', '2026-11-20T07:00:00Z', 'bn'),
    'সকাল ১১:৩০ – দুপুর ১:০০');
  assert.equal(range('2026-11-20T07:00:00Z', '2026-11-20T08:15:00Z', 'en'), '1:00–2:15 pm');
});

test('days as words near now, as dates further away', () => {
  const now = at('2026-11-20T10:00:00Z');
  assert.equal(dayText(now, now, ZONE, 'bn'), 'আজ');
  assert.equal(dayText(now + DAY, now, ZONE, 'bn'), 'আগামীকাল');
  assert.equal(dayText(now - DAY, now, ZONE, 'en'), 'Yesterday');
  assert.equal(dayText(now + 3 * DAY, now, ZONE, 'bn'), 'সোমবার, ২৩ নভেম্বর');
  assert.equal(dayText(now - 400 * DAY, now, ZONE, 'en'), '16 October 2025');
  assert.equal(dateText(wall('2025-04-13T20:00:00Z'), 'bn'), '১৪ এপ্রিল, ২০২৫');
  assert.equal(monthText('2026-11', 'bn'), 'নভেম্বর ২০২৬');
});
