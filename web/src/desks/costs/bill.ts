// A bill of the utility as it is typed in, and as the contract takes it.

import type { UtilityBillDraft } from '../../api/types.ts';
import { parseFixed } from '../../i18n/digits.ts';

export const HEADS = ['demand', 'pf_surcharge', 'vat', 'meter_rent', 'late_fee', 'arrears',
  'other'] as const;

export interface TypedBill {
  number: string;
  from: string;
  to: string;
  flat: boolean;
  /** kWh and taka of each window; `any` alone for a flat bill. */
  energy: Record<'any' | 'peak' | 'off_peak', { kwh: string; taka: string }>;
  taka: Record<(typeof HEADS)[number], string>;
  total: string;
  source: string;
}

type Line = UtilityBillDraft['lines'][number];

/** What was typed as lines; undefined while something is no number. */
export function linesOf(bill: TypedBill): Line[] | undefined {
  const lines: Line[] = [];
  for (const window of bill.flat ? (['any'] as const) : (['peak', 'off_peak'] as const)) {
    const energy_wh = parseFixed(bill.energy[window].kwh, 3);
    const amount = parseFixed(bill.energy[window].taka, 2);
    if (energy_wh === undefined || amount === undefined) return undefined;
    lines.push({ head: 'energy', window, energy_wh, amount: { amount, currency: 'BDT' } });
  }
  for (const head of HEADS) {
    if (!bill.taka[head].trim()) continue;
    const amount = parseFixed(bill.taka[head], 2);
    if (amount === undefined) return undefined;
    lines.push({ head, amount: { amount, currency: 'BDT' } });
  }
  return lines;
}

export const sumOf = (lines: Line[]) =>
  lines.reduce((sum, line) => sum + line.amount.amount, 0);

/** The bill when it is whole and its lines come to its total. */
export function draftOf(bill: TypedBill): UtilityBillDraft | undefined {
  const lines = linesOf(bill);
  const total = parseFixed(bill.total, 2);
  const words = bill.number.trim() && bill.source.trim();
  if (!lines || total === undefined || !words || sumOf(lines) !== total) return undefined;
  return {
    paper_number: bill.number.trim(), from: bill.from, to: bill.to, lines,
    total: { amount: total, currency: 'BDT' }, source: bill.source.trim(),
  };
}
