import assert from 'node:assert/strict';
import test from 'node:test';
import { standingOf } from './authorisations.ts';

const now = Date.parse('2026-11-21T10:00:00+06:00');
const of = (expires_at: string | null, revoked_at: string | null = null) =>
  standingOf({ expires_at, revoked_at }, now);

test('one without an end holds, and one with an end until then', () => {
  assert.equal(of(null), 'holds');
  assert.equal(of('2026-11-21T10:00:01+06:00'), 'holds');
  assert.equal(of('2026-11-21T10:00:00+06:00'), 'over');
});

test('what was withdrawn holds no more, whenever it would have ended', () => {
  assert.equal(of('2027-11-21T10:00:00+06:00', '2026-11-20T10:00:00+06:00'), 'withdrawn');
});
