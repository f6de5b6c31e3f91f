import assert from 'node:assert/strict';
import test from 'node:test';
import { draftOf, linesOf, type TypedBill } from './bill.ts';

const typed = (): TypedBill => ({
  number: '0412', from: '2026-10-01', to: '2026-11-01', flat: false,
  energy: {
    any: { kwh: '', taka: '' }, peak: { kwh: '৩০০', taka: '3,885.00' },
    off_peak: { kwh: '1000', taka: '9680' },
  },
  taka: { demand: '1440', pf_surcharge: '', vat: '৭৫০.২৫', meter_rent: '', late_fee: '',
    arrears: '', other: '' },
  total: '15755.25', source: 'paper',
});

test('a bill of windows, in both digits, without the lines that are not on it', () => {
  const draft = draftOf(typed());
  assert.deepEqual(draft?.lines.map((line) => [line.head, line.window, line.energy_wh,
    line.amount.amount]), [
    ['energy', 'peak', 300_000, 388_500], ['energy', 'off_peak', 1_000_000, 968_000],
    ['demand', undefined, undefined, 144_000], ['vat', undefined, undefined, 75_025],
  ]);
  assert.equal(draft?.total.amount, 1_575_525);
});

test('a flat bill has one line of energy', () => {
  const bill = typed();
  bill.flat = true;
  assert.equal(linesOf(bill), undefined);
  bill.energy.any = { kwh: '1300', taka: '13988' };
  assert.deepEqual(linesOf(bill)?.map((line) => line.window), ['any', undefined, undefined]);
});

test('nothing is sent whose lines do not come to its total', () => {
  const bill = typed();
  bill.total = '15755.24';
  assert.equal(draftOf(bill), undefined);
});
