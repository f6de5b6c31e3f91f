import assert from 'node:assert/strict';
import test from 'node:test';
import type { BookingDraft, Quote, Violation } from '../api/types.ts';
import { boundBy, mayPass, overridesFor } from './wayson.ts';

const broken = (code: Violation['code'], may_override: boolean): Violation => ({
  code, message: { en: code, bn: code }, numbers: {}, may_override,
});

test('what staff may not let pass stops the rest too', () => {
  assert.equal(mayPass([]), false);
  assert.equal(mayPass([broken('too_long', true), broken('closed', true)]), true);
  assert.equal(mayPass([broken('too_long', true), broken('slot_taken', false)]), false);
});

test('each rule is let pass by its name, with the reason', () => {
  const both = [broken('too_long', true), broken('closed', true)];
  assert.deepEqual(overridesFor(both, '  '), []);
  assert.deepEqual(overridesFor(both, ' Eid rush '), [
    { rule: 'too_long', reason: 'Eid rush' }, { rule: 'closed', reason: 'Eid rush' },
  ]);
  assert.deepEqual(overridesFor([broken('slot_taken', false)], 'Eid rush'), []);
});

test('a quote binds what it was asked for alone', () => {
  const draft: BookingDraft = { machine_id: 'm', start: 'a', end: 'b' };
  const quote = { quote: 'token' } as Quote;
  assert.deepEqual(boundBy(quote, JSON.stringify(draft), draft), { quote: 'token' });
  assert.deepEqual(boundBy(quote, JSON.stringify(draft), { ...draft, quantity: 7 }), {});
  assert.deepEqual(boundBy({} as Quote, JSON.stringify(draft), draft), {});
  assert.deepEqual(boundBy(undefined, undefined, draft), {});
});
