import assert from 'node:assert/strict';
import test from 'node:test';
import { kilos } from './kilos.ts';

test('grams are kilograms in the digits of the language', () => {
  assert.equal(kilos(25_000, 'en'), '25');
  assert.equal(kilos(25_340, 'bn'), '২৫.৩৪');
  assert.equal(kilos(-7, 'en'), '−0.007');
  assert.equal(kilos(700_000_000, 'bn'), '৭,০০,০০০');
  assert.equal(kilos(0, 'en'), '0');
});
