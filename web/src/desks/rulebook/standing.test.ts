import assert from 'node:assert/strict';
import test from 'node:test';
import { inOrder, type Setting } from './standing.ts';

const setting = (standing: 'later' | 'now' | 'past', from: string): Setting => ({
  name: 'gap_minutes', machine_id: null, group_id: null, membership: '', season: '', value: 1,
  from, standing,
});

test('what is to come stands first, then what holds, then what held', () => {
  const past = setting('past', '2026-11-01T00:00:00+06:00');
  const now = setting('now', '2026-11-10T00:00:00+06:00');
  const newer = setting('now', '2026-11-11T00:00:00+06:00');
  const later = setting('later', '2026-12-01T00:00:00+06:00');
  assert.deepEqual(inOrder([past, now, later, newer]), [later, newer, now, past]);
});
