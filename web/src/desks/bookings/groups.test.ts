import assert from 'node:assert/strict';
import test from 'node:test';
import type { Machine, MachineGroup } from '../../api/types.ts';
import { bestAt, choosable, nextOfGroup, roomInGroup, startsOfGroup } from './groups.ts';
import { MINUTE, type Around } from '../../parts/slots.ts';

const at = (time: string) => `2026-11-18T${time}:00+06:00`;
const ms = (time: string) => Date.parse(at(time));
const machine = (id: string) => ({
  id, name: { en: id, bn: id }, kind: 'laser', grid_minutes: 30, min_minutes: 30,
  max_minutes: 240, setup_minutes: 0, buffer_minutes: 0,
}) as unknown as Machine;
const taken = (id: string, start: string, end: string) => ({
  booking_id: `${id}${start}`, machine_id: id, start: at(start), end: at(end),
  state: 'confirmed', mine: false,
});
const around = {
  zone: 'Asia/Dhaka',
  now: ms('09:00'),
  calendar: {
    from: at('00:00'), to: '2026-11-19T00:00:00+06:00', machines: [], outages: [],
    open: [{ start: at('09:00'), end: at('12:00') }],
    bookings: [taken('l1', '09:00', '10:30'), taken('l2', '09:30', '12:00')],
  },
} as unknown as Around;
const lasers = [machine('l1'), machine('l2')];

test('a group is free where any of its machines is', () => {
  const starts = startsOfGroup(lasers, ms('09:00'), around);
  assert.deepEqual(starts, ['09:00', '10:30', '11:00', '11:30'].map(ms));
  assert.equal(nextOfGroup(lasers, 30, around), ms('09:00'));
  assert.equal(nextOfGroup(lasers, 60, around), ms('10:30'));
  assert.equal(nextOfGroup(lasers, 180, around), undefined);
});

test('of those that are free the one with the most room is looked at', () => {
  assert.equal(bestAt(lasers, ms('09:00'), around).id, 'l2');
  assert.equal(bestAt(lasers, ms('10:30'), around).id, 'l1');
  assert.equal(roomInGroup(lasers, ms('10:30'), around) * MINUTE, ms('12:00') - ms('10:30'));
  assert.equal(roomInGroup(lasers, ms('10:00'), around), 0);
});

test('a group is a choice where two of it can be booked', () => {
  const group = (...ids: string[]) => ({
    id: 'g', slug: 'g', name: { en: 'laser', bn: 'লেজার' }, machines: ids.map((id) => ({ id })),
  }) as MachineGroup;
  const members = choosable([group('l1', 'l2', 'gone')], lasers);
  assert.deepEqual(members[0]!.machines.map(({ id }) => id), ['l1', 'l2']);
  assert.deepEqual(choosable([group('l1', 'gone')], lasers), []);
});
