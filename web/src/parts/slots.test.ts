import assert from 'node:assert/strict';
import test from 'node:test';
import type { BookingState, Calendar } from '../api/types.ts';
import {
  blocksOfDay, keyOf, lengthFor, lengthsOf, nextFree, roomAt, type Around,
} from './slots.ts';

const ZONE = 'Asia/Dhaka';
const at = (text: string) => Date.parse(`2026-11-${text}+06:00`);
const iso = (text: string) => new Date(at(text)).toISOString();
const machine = {
  id: 'm', grid_minutes: 30, min_minutes: 30, max_minutes: 240, setup_minutes: 0,
  buffer_minutes: 0,
};

type Taken = [from: string, to: string, mine?: boolean];

function around(now: string, taken: Taken[], closes = 17 * 60, ignore?: string): Around {
  const calendar: Calendar = {
    from: iso('20T00:00'), to: iso('22T00:00'), machines: [],
    bookings: taken.map(([start, end, mine = false], index) => ({
      booking_id: `b${index}`, machine_id: 'm', start: iso(start), end: iso(end),
      state: 'confirmed', mine,
    })),
    outages: [],
    open: ['20T00:00', '21T00:00'].map((midnight) => ({
      start: new Date(at(midnight) + 9 * 3_600_000).toISOString(),
      end: new Date(at(midnight) + closes * 60_000).toISOString(),
    })),
  };
  return { calendar, zone: ZONE, now: at(now), ignore };
}

const shape = (blocks: ReturnType<typeof blocksOfDay>) =>
  blocks.map(({ kind, from, starts }) => {
    const wall = new Date(from + 6 * 3_600_000).toISOString().slice(8, 16);
    return [kind, wall, starts.length];
  });

test('a day is what is left of its open hours', () => {
  const day = around('20T10:10', [['20T12:00', '20T13:00'], ['20T08:00', '20T10:30']]);
  assert.deepEqual(shape(blocksOfDay(machine, at('20T00:00'), day)), [
    ['taken', '20T10:10', 0], ['free', '20T10:30', 3], ['taken', '20T12:00', 0],
    ['free', '20T13:00', 8],
  ]);
});

test('starts keep to the grid and leave room for the shortest job', () => {
  const day = around('20T10:10', [['20T11:20', '20T17:00']]);
  const [free] = blocksOfDay(machine, at('20T12:00'), day);
  assert.deepEqual(free?.starts, [at('20T10:30')]);
});

test('nobody is offered the time in which a machine is cleaned', () => {
  const day = around('20T10:00', [['20T12:00', '20T13:00']]);
  const [before, , after] = blocksOfDay({ ...machine, buffer_minutes: 10 }, at('20T00:00'), day);
  assert.equal(before?.starts.at(-1), at('20T11:00'));
  assert.equal(after?.starts[0], at('20T13:30'));
});

test('a closed or finished day has no blocks', () => {
  assert.deepEqual(blocksOfDay(machine, at('22T00:00'), around('20T10:00', [])), []);
  assert.deepEqual(blocksOfDay(machine, at('20T00:00'), around('20T17:00', [])), []);
});

test('a night shift goes on after midnight', () => {
  const night = around('21T01:10', [], 30 * 60);
  const [block] = blocksOfDay(machine, at('21T00:00'), night);
  assert.equal(block?.starts[0], at('21T01:30'));
  assert.equal(roomAt(machine, at('21T05:00'), night), 60);
});

test('a room that is shared is not taken by one booking', () => {
  const day = around('20T09:00', [['20T10:00', '20T12:00']]);
  assert.equal(roomAt(machine, at('20T10:00'), day), 0);
  assert.equal(roomAt({ ...machine, seats: 6 }, at('20T10:00'), day), 420);
});

test('an outage stands in the way of its machine, or of all', () => {
  const day = around('20T09:00', []);
  const outage = (machine_id: string | null, hour: string) => ({
    id: hour, machine_id, start: iso(`20T${hour}:00`), end: iso(`20T${hour}:30`),
    kind: 'load_shedding' as const, reason: '',
  });
  day.calendar.outages = [outage(null, '10'), outage('m', '12'), outage('other', '14')];
  const kinds = blocksOfDay(machine, at('20T00:00'), day).map((block) => block.kind);
  assert.deepEqual(kinds, ['free', 'outage', 'free', 'outage', 'free']);
});

test('a booking that is over leaves its time free', () => {
  const room = (state: BookingState) => {
    const day = around('20T09:00', [['20T10:00', '20T12:00']]);
    day.calendar.bookings[0]!.state = state;
    return roomAt(machine, at('20T10:00'), day);
  };
  for (const state of [
    'missed', 'interrupted', 'completed', 'cancelled', 'late_cancelled', 'released',
  ] as const)
    assert.equal(room(state), 7 * 60, state);
  for (const state of ['pending', 'confirmed', 'checked_in', 'running', 'paused'] as const)
    assert.equal(room(state), 0, state);
});

test('blocks keep their names while the clock goes on, each its own', () => {
  const names = (now: string) =>
    blocksOfDay(machine, at('20T00:00'), around(now, [['20T11:00', '20T12:00']])).map(keyOf);
  assert.equal(new Set(names('20T09:10:00')).size, 3);
  assert.deepEqual(names('20T09:10:01'), names('20T09:10:00'));
  assert.deepEqual(names('20T09:31:00'), names('20T09:10:00'));
});

test('the next free time has room for the length', () => {
  const busy = around('20T09:00', [['20T10:00', '20T16:30']]);
  assert.equal(nextFree(machine, 60, busy), at('20T09:00'));
  assert.equal(nextFree(machine, 90, busy), at('21T09:00'));
});

test('a booking that is moved does not stand in its own way', () => {
  const own = around('20T09:00', [['20T10:00', '20T11:00']], 17 * 60, 'b0');
  assert.equal(roomAt(machine, at('20T10:00'), own), 7 * 60);
});

test('lengths are those the machine allows, the wished one or the longest that fits', () => {
  assert.deepEqual(lengthsOf(machine), [30, 60, 90, 120, 180, 240]);
  assert.deepEqual(lengthsOf({ ...machine, grid_minutes: 60, min_minutes: 60 }),
    [60, 120, 180, 240]);
  assert.equal(lengthFor(machine, 120, 300), 120);
  assert.equal(lengthFor(machine, 120, 100), 90);
  assert.equal(lengthFor(machine, 30, 20), 30);
});
