import assert from 'node:assert/strict';
import test from 'node:test';
import { counted, duration, energy, money, power, rate, span, used } from './amounts.ts';

const plain = (text: string) => text.replaceAll('\u00a0', ' ');

test('money is whole poisha, the sign before', () => {
  assert.equal(plain(money(12_345_650, 'bn')), '৳ ১,২৩,৪৫৬.৫০');
  assert.equal(plain(money(101_775, 'en')), '৳ 1,017.75');
  assert.equal(plain(money(-500, 'en')), '−৳ 5.00');
});

test('a rate shows the decimals it has, two at least', () => {
  assert.equal(plain(rate(9_680_000, 'en')), '৳ 9.68');
  assert.equal(plain(rate(9_501_200, 'bn')), '৳ ৯.৫০১২');
  assert.equal(plain(rate(2_500_000, 'en')), '৳ 2.50');
  assert.equal(plain(rate(1, 'en')), '৳ 0.000001');
});

test('energy to the watt-hour, power in words of its size', () => {
  assert.equal(plain(energy(12_400, 'bn')), '১২.৪০০ ইউনিট');
  assert.equal(plain(energy(5, 'en')), '0.005 kWh');
  assert.equal(plain(power(1850, 'bn')), '১,৮৫০ ওয়াট');
  assert.equal(plain(power(27_460, 'en')), '27.5 kW');
});

test('what a counter shows has its own unit', () => {
  assert.equal(plain(counted(1_203_046_875, 'ml', 'bn')), '১,২০৩.০৪৬ ঘনমিটার');
  assert.equal(plain(counted(999, 'ml', 'en')), '0.000 m³');
  assert.equal(plain(counted(7_100_000, 'ml/h', 'en')), '7.100 m³/h');
  assert.equal(plain(counted(-7_100_000, 'ml/h', 'bn')), '−৭.১০০ ঘনমিটার/ঘণ্টা');
  assert.equal(plain(counted(70_000_123, 'Wh', 'en')), '70,000.123 kWh');
  assert.equal(plain(counted(123_456, 'count', 'en')), '1,23,456');
  assert.equal(plain(counted(42, 'varh', 'en')), '42 varh');
});

test('spans of time', () => {
  assert.equal(plain(duration(90, 'bn')), '১ ঘণ্টা ৩০ মিনিট');
  assert.equal(plain(duration(120, 'en')), '2 h');
  assert.equal(plain(duration(0, 'en')), '0 min');
  assert.equal(plain(duration(119.7, 'en')), '2 h');
  assert.equal(plain(duration(59.6, 'bn')), '১ ঘণ্টা');
  assert.equal(plain(used(760, 'en')), '12 min 40 s');
  assert.equal(plain(used(7182, 'bn')), '১১৯ মিনিট ৪২ সেকেন্ড');
  assert.equal(plain(used(1800, 'en')), '30 min');
  assert.equal(plain(used(25, 'en')), '0 min 25 s');
  assert.equal(plain(span(7.4, 'bn')), '৭ সেকেন্ড');
  assert.equal(plain(span(3600, 'en')), '1 h');
  assert.equal(plain(span(3 * 86_400, 'en')), '3 days');
});
