// How a line comes to its amount, in words: "১২.৪০০ ইউনিট × ৳ ৯.৫০ (পিক)".

import type { PriceTerm } from '../api/types.ts';
import { duration, energy, rate, t } from '../i18n/locale.svelte.ts';
import type { Key } from '../i18n/catalogue.ts';

type Priced = Pick<PriceTerm, 'basis' | 'window' | 'quantity' | 'unit' | 'price_e4'>;

const SECONDS = 60;

export function quantityText({ unit, quantity }: Pick<PriceTerm, 'unit' | 'quantity'>): string {
  if (unit === 'Wh') return energy(quantity);
  if (unit === 's') return duration(quantity / SECONDS);
  return unit === 'piece' ? t('unit.pieces', { n: quantity }) : t('unit.sessions', { n: quantity });
}

/** The price of one priced unit: "৳ ৯.৫০ প্রতি ইউনিট". */
export function priceText({ basis, price_e4 }: Pick<PriceTerm, 'basis' | 'price_e4'>): string {
  const per: Record<PriceTerm['basis'], Key> = {
    kwh: 'price.perKwh', piece: 'price.perPiece', used_minute: 'price.perMinute',
    session: 'price.perSession', minimum: 'price.minimum',
  };
  return t(per[basis], { price: rate(price_e4) });
}

export function formula(term: Priced): string {
  if (term.basis === 'minimum') return t('price.minimum', { price: rate(term.price_e4) });
  const window = term.window === 'any' ? '' : ` (${t(`price.${term.window}`)})`;
  return `${quantityText(term)} × ${priceText(term)}${window}`;
}
