import assert from 'node:assert/strict';
import { test } from 'node:test';
import { weekly } from './timetable.ts';

const zone = 'Asia/Dhaka';
const sunday = Date.parse('2026-11-22T10:00:00+06:00');

test('a weekly cut begins on the first of its days from today on', () => {
  const cut = weekly({ weekdays: [4, 2], from: 18 * 60, until: 19 * 60 + 30 }, sunday, zone);
  assert.deepEqual(cut, {
    rule: 'FREQ=WEEKLY;BYDAY=TU,TH',
    start: '2026-11-24T12:00:00.000Z',
    end: '2026-11-24T13:30:00.000Z',
  });
  assert.equal(
    weekly({ weekdays: [7], from: 0, until: 60 }, sunday, zone)?.start,
    '2026-11-21T18:00:00.000Z',
  );
});

test('one that ends before it begins ends on the next day', () => {
  const night = weekly({ weekdays: [1], from: 23 * 60, until: 60 }, sunday, zone);
  assert.equal(night?.end, '2026-11-23T19:00:00.000Z');
});

test('no weekday is no cut', () => {
  assert.equal(weekly({ weekdays: [], from: 0, until: 60 }, sunday, zone), undefined);
});
