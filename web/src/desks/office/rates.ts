// Words for what a rate card says, and a draft of the next one.

import type { Machine, RateCard, RateCardDraft, RateComponent } from '../../api/types.ts';
import { fixed, integer, parseFixed, parseWhole } from '../../i18n/digits.ts';
import { known, locale, t } from '../../i18n/locale.svelte.ts';
import { clockText } from '../../i18n/time.ts';
import type { PieceUnit } from '../../parts/units.ts';

/** Decimals of taka in a unit price: it is kept in ten-thousandths of a poisha. */
const PLACES = 6;
const DAY_MINUTES = 1440;

export function kindWord(kind: string | undefined): string {
  if (!kind) return t('kind.every');
  const key = `kind.${kind}`;
  return known(key) ? t(key) : kind;
}

/** What the machines that a price is for count in; nothing when they do not agree. */
export function unitFor(component: RateComponent, machines: Machine[]): PieceUnit {
  const { machine_kind: kind } = component;
  const units = machines.filter((one) => !kind || one.kind === kind).map((one) => one.piece_unit);
  return new Set(units).size === 1 ? units[0] : undefined;
}

/** A minute of the day on the clock. */
export function minuteText(minute: number): string {
  const hour = Math.floor((minute % DAY_MINUTES) / 60);
  const wall = { year: 2000, month: 1, day: 1, weekday: 1, hour, minute: minute % 60, second: 0 };
  return clockText(wall, locale.language);
}

/** How many count one priced unit. */
export function perOf({ basis, per }: Pick<RateComponent, 'basis' | 'per'>): number {
  if (per) return per;
  if (basis === 'kwh') return 1000;
  return basis.endsWith('_minute') ? 60 : 1;
}
export const isMeasured = (basis: RateComponent['basis']): boolean =>
  basis === 'kwh' || basis === 'piece' || basis.endsWith('_minute');
export const hasWindow = (basis: RateComponent['basis']): boolean =>
  basis === 'kwh' || basis.endsWith('_minute');

/** What a price may be by: the word of the contract, and how many count one. */
export const UNITS: Record<string, number> = {
  own: 0, hour: 3600, pair: 1, dozen: 12, kg: 1, cut: 1, dm2: 1, cycle: 1,
};
export const unitsFor = (basis: RateComponent['basis']): string[] =>
  basis === 'piece' || basis === 'material'
    ? ['own', 'pair', 'dozen', 'kg', 'cut', 'dm2', 'cycle']
    : basis.endsWith('_minute') ? ['own', 'hour'] : ['own'];

/** A component as it is typed: numbers are texts, quantities in priced units. */
export interface Row {
  component: RateComponent;
  price: string;
  increment: string;
  tiers: { upTo: string; price: string }[];
  covers: string;
  days: string;
  refund: string;
}

const THOUSANDTHS = 3;
const short = (text: string): string =>
  text.replace(/([.][0-9০-৯]*?)[0০]+$/, '$1').replace(/[.]$/, '');

/** So many Wh, seconds or pieces in priced units: 5400 seconds as "1.5" hours. */
export const inUnits = (quantity: number, per: number): string =>
  short(fixed(Math.round((quantity * 1000) / per), THOUSANDTHS, locale.language));

/** The other way round; undefined when it is no whole number of Wh, seconds or pieces. */
export function fromUnits(text: string, per: number): number | undefined {
  const thousandths = parseFixed(text, THOUSANDTHS);
  if (thousandths === undefined) return undefined;
  const quantity = (thousandths * per) / 1000;
  return Number.isInteger(quantity) && quantity > 0 ? quantity : undefined;
}

export const priceInput = (priceE4: number): string =>
  fixed(priceE4, PLACES, locale.language).replace(/(\.[0-9০-৯]{2}[0-9০-৯]*?)[0০]+$/, '$1');

const typed = (component: RateComponent): string =>
  component.basis === 'discount'
    ? fixed(component.price_e4, 2, locale.language) : priceInput(component.price_e4);

export function rowOf(component: RateComponent): Row {
  const per = perOf(component);
  return {
    component: { ...component },
    price: typed(component),
    increment: component.increment ? inUnits(component.increment, per) : '',
    tiers: (component.tiers ?? []).map((tier) => ({
      upTo: tier.up_to ? inUnits(tier.up_to, per) : '', price: priceInput(tier.price_e4),
    })),
    covers: component.covers
      ? inUnits(component.covers.quantity, perOf({ basis: component.covers.basis })) : '',
    days: component.valid_days ? integer(component.valid_days, locale.language) : '',
    refund: component.refund_e4 ? fixed(component.refund_e4, 2, locale.language) : '',
  };
}
export const rowsOf = (card: RateCard | undefined): Row[] => (card?.components ?? []).map(rowOf);
export const emptyRow = (): Row =>
  rowOf({ basis: 'used_minute', window: 'any', price_e4: 0, label: { en: '', bn: '' } });

export const priceOf = ({ component, price }: Row): number | undefined =>
  parseFixed(price, component.basis === 'discount' ? 2 : PLACES);

/** The component that was typed; undefined while something in it is no number. */
export function componentOf(row: Row): RateComponent | undefined {
  const { basis } = row.component;
  const measured = isMeasured(basis);
  const model = measured ? (row.component.tier_model ?? 'none') : 'none';
  const price = model === 'none' ? priceOf(row) : 0;
  if (price === undefined || !row.component.label.en.trim() || !row.component.label.bn.trim())
    return undefined;
  const per = perOf(row.component);
  const { increment: _, tiers: __, covers, tier_model: ___, ...kept } = row.component;
  const made: RateComponent = {
    ...kept, price_e4: price, window: hasWindow(basis) ? kept.window : 'any',
  };
  if (basis !== 'discount') delete made.taken_off;
  delete made.valid_days;
  delete made.refund_e4;
  if (!measured && basis !== 'minimum') delete made.scope;
  if (measured && row.increment.trim()) {
    const increment = fromUnits(row.increment, per);
    if (increment === undefined) return undefined;
    made.increment = increment;
  }
  if (basis === 'pack') {
    const of = covers?.basis ?? 'used_minute';
    const quantity = fromUnits(row.covers, perOf({ basis: of }));
    if (quantity === undefined) return undefined;
    made.covers = { basis: of, quantity };
    const days = row.days.trim() ? parseWhole(row.days) : 0;
    const refund = row.refund.trim() ? parseFixed(row.refund, 2) : 0;
    if (days === undefined || refund === undefined) return undefined;
    if (days > 0) made.valid_days = days;
    if (refund > 0) made.refund_e4 = refund;
  }
  if (model === 'none') return made;
  made.tier_model = model;
  made.tiers = [];
  for (const tier of row.tiers) {
    const tierPrice = parseFixed(tier.price, PLACES);
    const upTo = tier.upTo.trim() ? fromUnits(tier.upTo, per) : 0;
    if (tierPrice === undefined || upTo === undefined) return undefined;
    made.tiers.push(upTo ? { price_e4: tierPrice, up_to: upTo } : { price_e4: tierPrice });
  }
  return made;
}

/** The components with the prices that were typed; undefined while one of them is none. */
export function componentsOf(rows: Row[]): RateCardDraft['components'] | undefined {
  const found: RateComponent[] = [];
  for (const row of rows) {
    const component = componentOf(row);
    if (!component) return undefined;
    found.push(component);
  }
  return found.length > 0 ? found : undefined;
}

/** What a component is for, in a word. */
export const basisWord = (basis: RateComponent['basis']): string =>
  t(basis === 'setup' ? 'tariff.setup_of' : `tariff.${basis}`);
