import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askedOf, rhythmOf, startMinute, startsOf } from './series.ts';

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
