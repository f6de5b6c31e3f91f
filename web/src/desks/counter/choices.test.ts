import assert from 'node:assert/strict';
import test from 'node:test';
import type { Machine, MachineGroup } from '../../api/types.ts';
import type { Around } from '../../parts/slots.ts';
import { choicesOf } from './choices.ts';

const at = (time: string) => `2026-11-18T${time}:00+06:00`;
const machine = (id: string) => ({
  id, name: { en: id, bn: id }, kind: 'laser', grid_minutes: 15, min_minutes: 30,
  max_minutes: 240, setup_minutes: 0, buffer_minutes: 0,
}) as unknown as Machine;
const taken = (id: string, start: string, end: string) => ({
  booking_id: `${id}${start}`, machine_id: id, start: at(start), end: at(end),
  state: 'confirmed', mine: false,
});
const around = {
  zone: 'Asia/Dhaka',
  now: Date.parse(at('09:00')),
  calendar: {
    from: at('00:00'), to: '2026-11-19T00:00:00+06:00', machines: [], outages: [],
    open: [{ start: at('09:00'), end: at('17:00') }],
    bookings: [taken('l1', '09:00', '11:00'), taken('l2', '09:00', '10:00')],
  },
} as unknown as Around;
const group = (...ids: string[]) => ({
  id: 'g', slug: 'g', name: { en: 'any laser', bn: 'যেকোনো লেজার' },
  machines: ids.map((id) => ({ id })),
}) as MachineGroup;

test('a group is as soon as the first of its machines, and comes before it', () => {
  const found = choicesOf([machine('l1'), machine('l2')], [group('l1', 'l2')], () => 60, around);
  assert.deepEqual(found.map((one) => one.id), ['g', 'l2', 'l1']);
  assert.equal(found[0]!.machine.id, 'l2');
  assert.equal(found[0]!.start, Date.parse(at('10:00')));
  assert.equal(found[2]!.start, Date.parse(at('11:00')));
});

test('a group of one, or of none that is free, is no choice', () => {
  const ids = (groups: MachineGroup[]) =>
    choicesOf([machine('l1')], groups, () => 60, around).map((one) => one.id);
  assert.deepEqual(ids([group('l1')]), ['l1']);
  assert.deepEqual(ids([group('l2', 'l3')]), ['l1']);
});
