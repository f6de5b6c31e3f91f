import assert from 'node:assert/strict';
import test from 'node:test';
import { parseBin } from './taxes.ts';

test('a BIN has nine digits and four, with or without its hyphen, in either digits', () => {
  assert.equal(parseBin('001234567-0101'), '001234567-0101');
  assert.equal(parseBin(' 0012345670101 '), '001234567-0101');
  assert.equal(parseBin('০০১২৩৪৫৬৭-০১০১'), '001234567-0101');
});

test('anything else is none', () => {
  for (const text of ['', '12345', '0012345-670101', '001234567-01012', '00123456x-0101'])
    assert.equal(parseBin(text), undefined, text);
});
