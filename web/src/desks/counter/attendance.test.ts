import assert from 'node:assert/strict';
import test from 'node:test';
import type { Training } from '../../api/types.ts';
import { expected, markOf, marks, wordsOf } from './attendance.ts';

test('a mark is what is sent, and comes back', () => {
  for (const mark of marks) assert.equal(markOf(wordsOf(mark)), mark);
  assert.equal(markOf({}), undefined);
});

test('those of whom something was said come first, nobody twice', () => {
  const rina = { person_id: 'p1', name: { en: 'Rina', bn: 'রিনা' } };
  const mita = { person_id: 'p2', name: { en: 'Mita', bn: 'মিতা' } };
  const said = { ...mita, woman: null, came: true, result: 'none' as const, authorised: false };
  const rows = expected({ candidates: [rina, mita], attendees: [said] } as unknown as Training);
  assert.deepEqual(rows.map((row) => row.person_id), ['p2', 'p1']);
  assert.equal(markOf(rows[0]!), 'came');
  assert.equal(markOf(rows[1]!), undefined);
});
