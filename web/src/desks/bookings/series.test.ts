import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Booking, Series } from '../../api/types.ts';
import {
  askedOf, rhythmOf, startMinute, startsOf, waitingTogether, weekdaysHeld,
} from './series.ts';

const before = { minute: 600, length: 60, machine: 'laser' };
const same = { ...before, clash: 'skip' as const, reason: '' };

test('a rule is said as people say it, or not at all', () => {
  assert.deepEqual(rhythmOf('FREQ=WEEKLY;BYDAY=SU,TU;COUNT=8'),
    { every: 'week', weekdays: [7, 2] });
  assert.deepEqual(rhythmOf('freq=daily;until=20261231'), { every: 'day', weekdays: [] });
  assert.equal(rhythmOf('FREQ=WEEKLY;INTERVAL=2;COUNT=3').every, 'twoWeeks');
  for (const other of ['FREQ=MONTHLY;BYDAY=2TU;COUNT=3', 'FREQ=DAILY;INTERVAL=3;COUNT=2',
    'FREQ=MONTHLY;BYMONTHDAY=1,15;COUNT=4'])
    assert.deepEqual(rhythmOf(other), { weekdays: [] });
});

test('only what differs is asked for', () => {
  assert.equal(askedOf('move', null, before, same), undefined);
  assert.deepEqual(askedOf('move', 'then', before, { ...same, minute: 840 }),
    { action: 'move', body: { from: 'then', start_minute: 840, clash: 'skip' } });
  assert.deepEqual(askedOf('move', null, before, { ...same, length: 90, machine: 'other' }),
    { action: 'move', body: { length_minutes: 90, machine_id: 'other', clash: 'skip' } });
  assert.deepEqual(askedOf('cancel', null, before, same), { action: 'cancel', body: {} });
  assert.deepEqual(askedOf('cancel', 'then', before, { ...same, reason: 'Eid' }),
    { action: 'cancel', body: { from: 'then', reason: 'Eid' } });
});

test('a day has the times of the grid and the one that is', () => {
  assert.equal(startMinute('2026-11-22T10:05:00+06:00', 'Asia/Dhaka'), 605);
  assert.deepEqual(startsOf(480, 605), [0, 480, 605, 960]);
  assert.deepEqual(startsOf(480, 480), [0, 480, 960]);
});

test('other weekdays are asked for by their codes', () => {
  const held = { ...before, weekdays: [7, 2] };
  assert.equal(askedOf('move', null, held, { ...same, weekdays: [2, 7] }), undefined);
  assert.deepEqual(askedOf('move', null, held, { ...same, weekdays: [3, 1] }),
    { action: 'move', body: { weekdays: 'MO,WE', clash: 'skip' } });
});

test('a job by weeks is held where its dates stand now', () => {
  const date = (start: string, state = 'confirmed') => ({ booking: { start, state } });
  const series = (rule: string, ...dates: object[]) =>
    ({ rule, local_start: '2026-11-24T10:00', dates }) as unknown as Series;
  const from = Date.parse('2026-11-25T00:00:00Z');
  const zone = 'Asia/Dhaka';
  const gone = date('2026-11-24T04:00:00Z');
  const wednesday = date('2026-12-01T20:00:00Z');
  const cancelled = date('2026-12-03T04:00:00Z', 'cancelled');
  assert.deepEqual(
    weekdaysHeld(series('FREQ=WEEKLY;COUNT=3', gone, wednesday, cancelled), from, zone), [3]);
  const moved = date('2026-12-03T04:00:00Z');
  assert.deepEqual(weekdaysHeld(series('FREQ=WEEKLY;COUNT=3', wednesday, moved), from, zone), [2],
    'one was moved by itself');
  assert.equal(weekdaysHeld(series('FREQ=DAILY;COUNT=3', wednesday), from, zone), undefined);
});

test('dates of a series wait together', () => {
  const one = (id: string, series_id?: string, party = 'mita') =>
    ({ id, series_id, enterprise: { id: party } }) as Booking;
  const groups = waitingTogether([one('a', 's'), one('b'), one('c', 's'), one('d', 's', 'rahim')]);
  assert.deepEqual(groups.map((each) => each.map(({ id }) => id)), [['a', 'c'], ['b'], ['d']]);
});
