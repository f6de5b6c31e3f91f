// How a line comes to its amount, in the words of the server: "12.400 kWh × ৳ 9.50 per kWh (peak)".

import type { InvoiceLine, PriceTerm } from '../api/types.ts';
import { energy, money, num, own, rate, t, used } from '../i18n/locale.svelte.ts';
import type { Key } from '../i18n/catalogue.ts';
import { countText, unitOf, type PieceUnit } from './units.ts';

type Priced = Pick<PriceTerm,
  'basis' | 'window' | 'quantity' | 'unit' | 'price_e4' | 'amount'>;

const E4_OF_POISHA = 10_000;

export function quantityText(
  term: Pick<PriceTerm, 'unit' | 'quantity'>, pieces: PieceUnit,
): string {
  switch (term.unit) {
    case 'Wh':
      return energy(term.quantity);
    case 's':
      return used(term.quantity);
    case 'piece':
      return countText(term.quantity, pieces);
    case 'session':
      return t('unit.sessions', { n: term.quantity });
  }
}

/** The price of one priced unit: "৳ 9.50 per kWh". */
export function priceText(
  { basis, price_e4 }: Pick<PriceTerm, 'basis' | 'price_e4'>, pieces: PieceUnit,
): string {
  const per: Record<PriceTerm['basis'], Key> = {
    kwh: 'price.perKwh', piece: `price.per_${unitOf(pieces)}`, used_minute: 'price.perMinute',
    session: 'price.perSession', minimum: 'price.minimum',
  };
  return t(per[basis], { price: rate(price_e4) });
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
