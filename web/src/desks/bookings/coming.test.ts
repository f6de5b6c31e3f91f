import assert from 'node:assert/strict';
import test from 'node:test';
import type { BookingState } from '../../api/types.ts';
import { isComing } from './coming.ts';

const now = Date.parse('2026-11-21T10:30:00+06:00');
const at = (state: BookingState, clock: string) =>
  isComing({ state, start: `2026-11-21T${clock}:00+06:00` }, now);

test('what was finished early does not come any more', () => {
  assert.equal(at('completed', '10:00'), false);
  assert.equal(at('completed', '10:45'), false, 'nor what was begun and ended before its time');
  assert.equal(at('missed', '10:00'), false);
  assert.equal(at('interrupted', '10:00'), false);
});

test('what is in use comes until it is over', () => {
  assert.equal(at('running', '10:00'), true);
  assert.equal(at('paused', '08:00'), true);
});

test('what was cancelled stays in sight until its time', () => {
  assert.equal(at('cancelled', '11:00'), true);
  assert.equal(at('cancelled', '10:00'), false);
});
