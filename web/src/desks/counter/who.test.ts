import assert from 'node:assert/strict';
import test from 'node:test';
import { partyOf, questionOf } from './who.ts';

test('four digits in either script are the end of a number', () => {
  assert.deepEqual(questionOf('5678'), { last4: '5678' });
  assert.deepEqual(questionOf(' ৫৬৭৮ '), { last4: '5678' });
});

test('too little is not asked for', () => {
  for (const typed of ['', '  ', '5', '567', '৫৬'])
    assert.equal(questionOf(typed), undefined, typed);
});

test('a name in either script and a whole number are searched for', () => {
  assert.deepEqual(questionOf('রিনা'), { search: 'রিনা' });
  assert.deepEqual(questionOf('Rinashoes'), { search: 'Rinashoes' });
  assert.deepEqual(questionOf('০১৭১২-৩৪৫৬৭৮'), { search: '01712345678' });
  assert.deepEqual(questionOf('+8801712345678'), { search: '+8801712345678' });
});

test('what a reader types is a card', () => {
  assert.deepEqual(questionOf('04A32F91'), { card: '04A32F91' });
  assert.deepEqual(questionOf('0009123456'), { card: '0009123456' });
});

test('what was not found begins a record', () => {
  assert.deepEqual(partyOf(' নতুন দোকান '), { name: 'নতুন দোকান', phone: '' });
  assert.deepEqual(partyOf('01712-345678'), { name: '', phone: '01712-345678' });
  assert.deepEqual(partyOf('5678'), { name: '', phone: '' });
});
