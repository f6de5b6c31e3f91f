import '../testing.ts';
import assert from 'node:assert/strict';
import test, { before } from 'node:test';
import type { PriceTerm } from '../api/types.ts';
import { speak } from '../i18n/locale.svelte.ts';
import { formula, priceText } from './formula.ts';

const plain = (text: string) => text.replaceAll('\u00a0', ' ');

function term(basis: PriceTerm['basis'], unit: PriceTerm['unit'], quantity: number, taka: number) {
  const window: PriceTerm['window'] = 'any';
  return {
    basis, unit, quantity, window, price_e4: taka * 1_000_000,
    amount: { amount: 0, currency: 'BDT' as const },
  };
}
const minute = term('used_minute', 's', 760, 1);
const minimum = { ...term('minimum', 'session', 1, 20), amount: { amount: 211 } } as PriceTerm;
const pieces = term('piece', 'piece', 288, 0.5);
const peak = { ...term('kwh', 'Wh', 2800, 12.95), window: 'peak' as const };

before(() => speak('en'));

test('the time is that which was charged, to the second', () => {
  assert.equal(plain(formula(minute, 'pair')), '12 min 40 s × ৳ 1.00 per minute');
});

test('a minimum says what it tops up', () => {
  assert.equal(plain(formula(minimum, 'pair')), '৳ 20.00 − ৳ 17.89');
  assert.equal(plain(priceText(minimum, 'pair')), 'at least ৳ 20.00');
});

test('what is counted has the name that the machine gives it', () => {
  assert.equal(plain(formula(pieces, 'pair')), '288 pairs × ৳ 0.50 per pair');
  assert.equal(plain(formula({ ...pieces, quantity: 1 }, 'pair')), '1 pair × ৳ 0.50 per pair');
  assert.equal(plain(formula(pieces, 'kg')), '288 kg × ৳ 0.50 per kg');
  assert.equal(plain(formula(pieces, undefined)), '288 pieces × ৳ 0.50 per piece');
});

test('energy with its window', () => {
  assert.equal(plain(formula(peak, undefined)), '2.800 kWh × ৳ 12.95 per kWh (peak)');
});

test('the same in Bangla', async () => {
  await speak('bn');
  assert.equal(plain(formula(minute, 'pair')), '১২ মিনিট ৪০ সেকেন্ড × প্রতি মিনিট ৳ ১.০০');
  assert.equal(plain(formula(pieces, 'pair')), '২৮৮ জোড়া × প্রতি জোড়া ৳ ০.৫০');
  assert.equal(plain(formula(pieces, 'kg')), '২৮৮ কেজি × প্রতি কেজি ৳ ০.৫০');
  assert.equal(plain(formula(minimum, 'pair')), '৳ ২০.০০ − ৳ ১৭.৮৯');
});
