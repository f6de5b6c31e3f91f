import assert from 'node:assert/strict';
import test from 'node:test';
import { ascii, digits, fixed, integer, parseFixed, parseWhole } from './digits.ts';

test('digits go both ways and leave the rest alone', () => {
  assert.equal(digits('09:45 kW', 'bn'), '০৯:৪৫ kW');
  assert.equal(digits('09:45', 'en'), '09:45');
  assert.equal(ascii('০৯:৪৫ কিলো 7'), '09:45 কিলো 7');
});

test('lakh and crore', () => {
  const cases: [number, string][] = [
    [0, '0'], [7, '7'], [999, '999'], [1000, '1,000'], [99_999, '99,999'], [100_000, '1,00,000'],
    [12_345_678, '1,23,45,678'], [-1_234_567, '−12,34,567'],
  ];
  for (const [value, text] of cases) assert.equal(integer(value, 'en'), text);
  assert.equal(integer(12_345_678, 'bn'), '১,২৩,৪৫,৬৭৮');
});

test('fixed decimals are exact, also below one and below zero', () => {
  assert.equal(fixed(12_345_650, 2, 'en'), '1,23,456.50');
  assert.equal(fixed(5, 2, 'bn'), '০.০৫');
  assert.equal(fixed(-5, 3, 'en'), '−0.005');
  assert.equal(fixed(0, 2, 'en'), '0.00');
  assert.equal(fixed(Number.MAX_SAFE_INTEGER, 2, 'en'), '9,00,71,99,25,47,409.91');
});

test('whole numbers in either digit set, nothing else', () => {
  assert.equal(parseWhole('২৮৮'), 288);
  assert.equal(parseWhole(' 1,২০০ '), 1200);
  for (const text of ['', '-1', '1.5', 'abc', '১২x', '9'.repeat(16)])
    assert.equal(parseWhole(text), undefined, text);
});

test('decimals in either digit set, no more of them than can be kept', () => {
  assert.equal(parseFixed('১২৫০.৫', 2), 125_050);
  assert.equal(parseFixed('৳ 1,23,456.50', 2), 12_345_650);
  assert.equal(parseFixed('9.5012', 6), 9_501_200);
  assert.equal(parseFixed('7.', 2), 700);
  for (const text of ['', '.', '1.234', '-3', '1.2.3', '12 x'])
    assert.equal(parseFixed(text, 2), undefined, text);
});
