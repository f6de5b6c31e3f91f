import assert from 'node:assert/strict';
import test from 'node:test';
import type { Service } from '../../api/types.ts';
import { offered, saleAmount, sold, takaText } from './services.ts';

const service = (code: string, day: number, more: Partial<Service> = {}): Service => ({
  code, effective_from: `2026-11-${String(day).padStart(2, '0')}T00:00:00+06:00`,
  label: { en: code, bn: code }, unit: 'piece', price_e4: 500_000, full_price_e4: 500_000,
  income: 'income:service', tax_code: 'standard', sector: 'commercial', source: 'board',
  withdrawn: false, ...more,
});
const NOW = Date.parse('2026-11-18T09:00:00+06:00');

test('of each service the last version that has begun holds', () => {
  const [print, scan] = offered([
    service('scan', 20), service('print', 12, { price_e4: 700_000 }), service('print', 1),
    service('print', 25, { withdrawn: true }),
  ], NOW);
  assert.equal(print!.now?.price_e4, 700_000);
  assert.deepEqual(print!.coming.map((one) => one.withdrawn), [true]);
  assert.equal(print!.last.withdrawn, true);
  assert.equal(scan!.now, undefined);
  assert.equal(scan!.coming.length, 1);
});

test('a version holds from its very moment on', () => {
  const at = Date.parse(service('print', 20).effective_from);
  assert.equal(offered([service('print', 20)], at)[0]!.now?.code, 'print');
  assert.equal(offered([service('print', 20)], at - 1)[0]!.now, undefined);
});

test('what is withdrawn or still to come is not sold', () => {
  const all = offered([
    service('a', 1), service('b', 1), service('b', 5, { withdrawn: true }), service('c', 19),
  ], NOW);
  assert.deepEqual(sold(all).map((one) => one.code), ['a']);
});

test('an amount is rounded once, half away from zero', () => {
  assert.equal(saleAmount(500_000, 3), 150);
  assert.equal(saleAmount(5_000, 1), 1);
  assert.equal(saleAmount(4_999, 1), 0);
});

test('a price is typed in taka with as many decimals as it has, two at least', () => {
  assert.equal(takaText(50_000_000), '50.00');
  assert.equal(takaText(12_345_678), '12.345678');
  assert.equal(takaText(125_000), '0.125');
  assert.equal(takaText(0), '0.00');
});
