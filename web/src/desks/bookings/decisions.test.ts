import assert from 'node:assert/strict';
import test from 'node:test';
import type { Booking, BookingAction } from '../../api/types.ts';
import { decisionsOf } from './decisions.ts';

const booking = (...actions: BookingAction[]) => ({ actions }) as Booking;

test('what the server offers, in one order, and in a list what is needed every day', () => {
  const all = booking('cancel', 'check_in', 'move', 'release', 'hand_over');
  assert.deepEqual(decisionsOf(all, false), ['move', 'hand_over', 'release', 'cancel']);
  assert.deepEqual(decisionsOf(all, true), ['move', 'cancel']);
  const waiting = booking('move', 'cancel', 'approve', 'refuse');
  assert.deepEqual(decisionsOf(waiting, true), ['approve', 'refuse', 'move']);
});

test('what is charged is excused where the server says so, and not in a list', () => {
  assert.deepEqual(decisionsOf(booking('excuse'), false), ['excuse']);
  assert.deepEqual(decisionsOf(booking('move', 'excuse'), false), ['move', 'excuse']);
  assert.deepEqual(decisionsOf(booking('excuse'), true), []);
  assert.deepEqual(decisionsOf(booking(), false), []);
});
