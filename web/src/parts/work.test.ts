import assert from 'node:assert/strict';
import test from 'node:test';
import '../testing.ts';

const { settingOf, workOf, worksOf } = await import('./work.ts');

test('a type of work is read out of the name of its setting', () => {
  assert.equal(workOf('work.sole.seconds'), 'sole');
  assert.equal(workOf(settingOf('upper')), 'upper');
  assert.equal(workOf('gap_minutes'), undefined);
});

test('only what holds now and was not lifted can be asked for, each once', () => {
  const of = (name: string, value: number | null, standing: string) => ({ name, value, standing });
  assert.deepEqual(worksOf([
    of('work.upper.seconds', 40, 'now'), of('work.sole.seconds', 30, 'now'),
    of('work.sole.seconds', 20, 'now'), of('work.pearl.seconds', null, 'now'),
    of('work.shred.seconds', 9, 'later'), of('gap_minutes', 30, 'now'),
  ]), ['sole', 'upper']);
});
