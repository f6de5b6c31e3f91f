// What a component of a rate card says beside its price.

import type { RateComponent } from '../../api/types.ts';
import { energy, num, t, used } from '../../i18n/locale.svelte.ts';
import { priceText, priceUnit } from '../../parts/formula.ts';
import { countText, type PieceUnit } from '../../parts/units.ts';
import { basisWord, inUnits, perOf } from './rates.ts';

/** So much of what the basis counts: "10 hours", "2.5 kWh". */
function amountOf(basis: RateComponent['basis'], quantity: number, unit?: string, per?: number) {
  if (unit) return `${inUnits(quantity, perOf({ basis, ...(per && { per }) }))} ${priceUnit(unit)}`;
  if (basis === 'kwh') return energy(quantity);
  return basis === 'piece' ? countText(quantity, undefined) : used(quantity);
}

/** For whom, over what, rounded up to what: only what is not as usual. */
export function facetsOf(component: RateComponent): string[] {
  const { basis, unit, per } = component;
  const found: string[] = [];
  if (basis !== 'kwh' && basis !== 'piece') found.push(basisWord(basis));
  if (component.price_class && component.price_class !== 'everybody')
    found.push(t(`tariff.${component.price_class}`));
  if (component.scope === 'month') found.push(t('tariff.ofMonth'));
  if (component.increment)
    found.push(t('tariff.roundedTo', { limit: amountOf(basis, component.increment, unit, per) }));
  if (component.tier_model) found.push(t(`tariff.${component.tier_model}`));
  if (component.covers) {
    const { basis: of, quantity } = component.covers;
    found.push(t('tariff.coversText', { limit: amountOf(of, quantity) }));
    if (component.valid_days)
      found.push(t('tariff.validText', { days: num(component.valid_days) }));
    if (component.refund_e4)
      found.push(t('tariff.refundText', { part: num(component.refund_e4 / 100) }));
  }
  return found;
}

/** "up to 10 hours: Tk 450.00 per hour", one after the other. */
export function tiersOf(component: RateComponent, pieces: PieceUnit): string[] {
  const { basis, unit, per } = component;
  const priced = component.tier_model === 'block' ? 'block' : (unit ?? '');
  return (component.tiers ?? []).map((tier) => {
    const price = priceText({ basis, price_e4: tier.price_e4, price_unit: priced }, pieces);
    return tier.up_to
      ? t('tariff.tierText', { limit: amountOf(basis, tier.up_to, unit, per), price })
      : t('tariff.tierRest', { price });
  });
}
