// How a line comes to its amount, in the words of the server: "12.400 kWh × ৳ 9.50 per kWh (peak)".

import type { InvoiceLine, PriceTerm } from '../api/types.ts';
import {
  counted, energy, known, locale, money, num, own, rate, t, used,
} from '../i18n/locale.svelte.ts';
import type { Key } from '../i18n/catalogue.ts';
import { fixed } from '../i18n/digits.ts';
import { countText, unitOf, type PieceUnit } from './units.ts';

type Priced = Pick<PriceTerm,
  'basis' | 'window' | 'quantity' | 'unit' | 'price_e4' | 'amount' | 'per' | 'price_unit'>;

const E4_OF_POISHA = 10_000;
const KG = 1000;

/** A priced unit in a word: hour, dozen; what a facility called otherwise as it wrote it. */
export function priceUnit(unit: string): string {
  const key = `tariff.${unit === 'month' ? 'per_month' : unit}`;
  return known(key) ? t(key) : own(unit);
}

export function quantityText(
  term: Pick<PriceTerm, 'unit' | 'quantity' | 'per' | 'price_unit'>, pieces: PieceUnit,
): string {
  const { quantity, price_unit: unit, per = 1 } = term;
  if (unit === 'block') return counted(quantity, priceUnit(unit));
  switch (term.unit) {
    case 'Wh':
      return energy(quantity);
    case 's':
      return used(quantity);
    case 'piece':
      if (unit === 'kg' && per === KG)
        return `${fixed(quantity, 3, locale.language)} ${priceUnit(unit)}`;
      return unit && per === 1 ? counted(quantity, priceUnit(unit)) : countText(quantity, pieces);
    case 'poisha':
      return money({ amount: quantity });
    case 'session':
    case 'setup':
      return t('unit.sessions', { n: quantity });
  }
}

/** A part in ten-thousandths as "12.50". */
export const percentText = (e4: number): string => fixed(e4, 2, locale.language);

/** The price of one priced unit: "৳ 9.50 per kWh". */
export function priceText(
  { basis, price_e4, price_unit: unit }: Pick<PriceTerm, 'basis' | 'price_e4' | 'price_unit'>,
  pieces: PieceUnit,
): string {
  const price = rate(price_e4);
  if (basis === 'discount') return t('tariff.part', { part: percentText(price_e4) });
  if (unit && basis !== 'minimum') return t('tariff.each', { price, unit: priceUnit(unit) });
  const per: Partial<Record<PriceTerm['basis'], Key>> = {
    kwh: 'price.perKwh', piece: `price.per_${unitOf(pieces)}`, session: 'price.perSession',
    minimum: 'price.minimum', setup: 'tariff.setup', membership: 'tariff.month',
    material: 'tariff.once', pack: 'tariff.once', deposit: 'tariff.once',
  };
  return t(per[basis] ?? 'price.perMinute', { price });
}

/** A minimum tops up: it charges what the rest of the job left of it. */
function toppedUp({ price_e4, amount }: Priced): string {
  const before = Math.round(price_e4 / E4_OF_POISHA) - amount.amount;
  return `${rate(price_e4)} − ${money({ amount: before })}`;
}

/** Without the amount that it comes to, which stands beside it. */
export function formula(term: Priced, pieces: PieceUnit): string {
  if (term.basis === 'minimum') return toppedUp(term);
  const window = term.window === 'any' ? '' : ` (${t(`price.${term.window}`)})`;
  return `${quantityText(term, pieces)} × ${priceText(term, pieces)}${window}`;
}

/** A line of a bill: a term of a job's price, or what else is billed, so many times its price. */
export function lineFormula(line: InvoiceLine, pieces: PieceUnit): string {
  if (line.session_id) return formula(line as Priced, pieces);
  const per = line.per ?? 1;
  const count = line.quantity % per === 0
    ? num(line.quantity / per) : own((line.quantity / per).toFixed(3));
  return `${count} × ${rate(line.price_e4)}`;
}
