// Words for what a rate card says, and a draft of the next one.

import type { Machine, RateCard, RateCardDraft, RateComponent } from '../../api/types.ts';
import { fixed, parseFixed } from '../../i18n/digits.ts';
import { known, locale, t } from '../../i18n/locale.svelte.ts';
import type { Key } from '../../i18n/catalogue.ts';
import { clockText } from '../../i18n/time.ts';
import { unitOf, type PieceUnit } from '../../parts/units.ts';

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

/** "Taka per kWh", under the field that wants it. */
export const hintOf = (component: RateComponent, machines: Machine[]): Key =>
  component.basis === 'piece' ? `price.unit_${unitOf(unitFor(component, machines))}`
    : `price.unit_${component.basis}`;

/** A minute of the day on the clock. */
export function minuteText(minute: number): string {
  const hour = Math.floor((minute % DAY_MINUTES) / 60);
  const wall = { year: 2000, month: 1, day: 1, weekday: 1, hour, minute: minute % 60, second: 0 };
  return clockText(wall, locale.language);
}

export interface Row {
  component: RateComponent;
  price: string;
}

export const priceInput = (priceE4: number): string =>
  fixed(priceE4, PLACES, locale.language).replace(/(\.[0-9০-৯]{2}[0-9০-৯]*?)[0০]+$/, '$1');

export const rowsOf = (card: RateCard | undefined): Row[] =>
  (card?.components ?? []).map((component) => ({
    component: { ...component }, price: priceInput(component.price_e4),
  }));

export const priceOf = (row: Row): number | undefined => parseFixed(row.price, PLACES);

/** The components with the prices that were typed; undefined while one of them is no price. */
export function componentsOf(rows: Row[]): RateCardDraft['components'] | undefined {
  const found: RateComponent[] = [];
  for (const row of rows) {
    const price = priceOf(row);
    if (price === undefined) return undefined;
    found.push({ ...row.component, price_e4: price });
  }
  return found.length > 0 ? found : undefined;
}
