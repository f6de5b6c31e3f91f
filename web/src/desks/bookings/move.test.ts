import assert from 'node:assert/strict';
import test from 'node:test';
import type { Booking } from '../../api/types.ts';
import { changeOf, feeOf, isSame, placeOf } from './move.ts';

const start = '2026-11-20T04:00:00.000Z';
const end = '2026-11-20T05:30:00.000Z';
const before = placeOf({ machine: { id: 'laser-1' }, start, end });

test('a change names what is to be: the machine when it is another one', () => {
  assert.equal(before.minutes, 90);
  assert.deepEqual(changeOf(before, before, false), { start, end });
  const other = { ...before, machineId: 'laser-2' };
  assert.deepEqual(changeOf(before, other, false), { machine_id: 'laser-2', start, end });
  assert.ok(!isSame(before, other));
});

test('of one that has begun the end alone is changed', () => {
  const longer = { ...before, minutes: 120 };
  assert.deepEqual(changeOf(before, longer, true), { end: '2026-11-20T06:00:00.000Z' });
});

test('the desk says that the facility wants it', () => {
  assert.deepEqual(changeOf(before, before, false, true), { start, end, without_fee: true });
});

test('the fee of a change is the one that it adds', () => {
  const having = (...kinds: string[]) =>
    ({ costs: { fees: kinds.map((kind) => ({ kind })) } }) as unknown as Booking;
  assert.equal(feeOf(having(), having()), undefined);
  assert.equal(feeOf(having(), having('late_change'))?.kind, 'late_change');
  assert.equal(feeOf(having('late_change'), having('late_change')), undefined);
  assert.equal(feeOf(undefined, having('late_change')), undefined, 'nobody knows yet');
});
