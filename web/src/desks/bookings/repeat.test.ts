import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ruleOf } from './repeat.ts';

const zone = 'Asia/Dhaka';
// A Monday in Dhaka, though a Sunday by UTC.
const start = Date.parse('2026-11-23T02:00:00+06:00');

test('a rule says how often, on which days and how many times', () => {
  assert.equal(ruleOf('day', [], 5, start, zone), 'FREQ=DAILY;COUNT=5');
  assert.equal(ruleOf('month', [], 3, start, zone), 'FREQ=MONTHLY;COUNT=3');
  assert.equal(ruleOf('week', [], 4, start, zone), 'FREQ=WEEKLY;BYDAY=MO;COUNT=4');
  assert.equal(
    ruleOf('twoWeeks', [4, 7, 1], 8, start, zone), 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH,SU;COUNT=8',
  );
});
