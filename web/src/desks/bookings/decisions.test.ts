import assert from 'node:assert/strict';
import test from 'node:test';
import type { Booking, BookingAction } from '../../api/types.ts';
import { decisionsOf } from './decisions.ts';

type Fee = NonNullable<Booking['costs']>['fees'][number];
const fee: Fee = {
  kind: 'overrun', minutes: 20, amount: { amount: 5000, currency: 'BDT' }, free: false,
  withdrawn: false,
};
const booking = (actions: BookingAction[], ...fees: Fee[]) =>
  ({ actions, costs: { fees, if_cancelled: null, undo_seconds: 0 } }) as unknown as Booking;

test('what the server offers, in one order, and in a list what is needed every day', () => {
  const all = booking(['cancel', 'check_in', 'move', 'release', 'hand_over']);
  assert.deepEqual(decisionsOf(all, false, true), ['move', 'hand_over', 'release', 'cancel']);
  assert.deepEqual(decisionsOf(all, true, true), ['move', 'cancel']);
  const waiting = booking(['move', 'cancel', 'approve', 'refuse']);
  assert.deepEqual(decisionsOf(waiting, true, true), ['approve', 'refuse', 'move']);
});

test('a completed booking that stayed too long is excused while it is charged for', () => {
  assert.deepEqual(decisionsOf(booking([], fee), false, true), ['excuse']);
  assert.deepEqual(decisionsOf(booking([], fee), true, true), []);
  assert.deepEqual(decisionsOf(booking([], fee), false, false), []);
  assert.deepEqual(decisionsOf(booking([], { ...fee, withdrawn: true }), false, true), []);
  assert.deepEqual(decisionsOf(booking([], { ...fee, free: true }), false, true), []);
});

test('a miss that cost nothing counts too, and is excused as the server says', () => {
  const missed = booking(['excuse'], { ...fee, kind: 'no_show', free: true });
  assert.deepEqual(decisionsOf(missed, false, true), ['excuse']);
});
