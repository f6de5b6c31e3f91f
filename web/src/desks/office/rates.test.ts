import '../../testing.ts';
import assert from 'node:assert/strict';
import test, { before } from 'node:test';
import type { RateComponent } from '../../api/types.ts';
import { speak } from '../../i18n/locale.svelte.ts';
import { componentOf, fromUnits, inUnits, rowOf } from './rates.ts';
import { facetsOf, tiersOf } from './tariff.ts';

const laser: RateComponent = {
  basis: 'used_minute', window: 'peak', machine_kind: 'laser', price_e4: 0,
  label: { en: 'Laser', bn: 'লেজার' }, price_class: 'member', per: 3600, unit: 'hour',
  increment: 900, scope: 'month', tier_model: 'graduated',
  tiers: [{ up_to: 36_000, price_e4: 450_000_000 }, { price_e4: 400_000_000 }],
};

before(() => speak('en'));

test('what is shown to be changed comes back as it was', () => {
  assert.deepEqual(componentOf(rowOf(laser)), laser);
  const off: RateComponent = {
    basis: 'discount', window: 'any', price_e4: 1250, label: { en: 'Off', bn: 'ছাড়' },
    taken_off: 'income:laser',
  };
  assert.equal(rowOf(off).price, '12.50');
  assert.deepEqual(componentOf(rowOf(off)), off);
  const pack: RateComponent = {
    basis: 'pack', window: 'any', price_e4: 4_000_000_000, label: { en: 'Ten', bn: 'দশ' },
    covers: { basis: 'used_minute', quantity: 36_000 }, valid_days: 90, refund_e4: 5_000,
  };
  assert.deepEqual(componentOf(rowOf(pack)), pack);
});

test('what is no number makes no component', () => {
  assert.equal(componentOf({ ...rowOf(laser), increment: 'x' }), undefined);
  assert.equal(componentOf({ ...rowOf(laser), tiers: [{ upTo: '', price: '' }] }), undefined);
});

test('quantities are typed in the unit of the price', () => {
  assert.equal(inUnits(5400, 3600), '1.5');
  assert.equal(fromUnits('1.5', 3600), 5400);
  assert.equal(fromUnits('0.001', 60), undefined);
});

test('a component says in words what is not as usual', () => {
  assert.deepEqual(facetsOf(laser), [
    'Time used', 'Members', 'of a month', 'rounded up to 0.25 hour', 'Each tier its price',
  ]);
  assert.deepEqual(tiersOf(laser, undefined).map((text) => text.replaceAll('\u00a0', ' ')), [
    'up to 10 hour: ৳ 450.00 per hour', 'above: ৳ 400.00 per hour',
  ]);
});
