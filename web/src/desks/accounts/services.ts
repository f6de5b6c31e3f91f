// What is sold beside machine time: a list of versions, of which each holds until the next.

import type { Service } from '../../api/types.ts';

export interface Offered {
  code: string;
  /** The version of this moment; a service that is still to come has none. */
  now: Service | undefined;
  /** The versions to come, the next first. */
  coming: Service[];
  /** What the next version begins with. */
  last: Service;
}

/** The services by their code, each with what holds now and what is to come. */
export function offered(versions: Service[], now: number): Offered[] {
  const byStart = versions.toSorted((a, b) =>
    Date.parse(a.effective_from) - Date.parse(b.effective_from));
  return [...new Set(versions.map(({ code }) => code))].sort().map((code) => {
    const own = byStart.filter((one) => one.code === code);
    const begun = own.filter((one) => Date.parse(one.effective_from) <= now);
    return { code, now: begun.at(-1), coming: own.slice(begun.length), last: own.at(-1)! };
  });
}

/** What can be sold at this moment. */
export const sold = (all: Offered[]): Service[] =>
  all.flatMap((one) => (one.now && !one.now.withdrawn ? [one.now] : []));

const E4_OF_POISHA = 10_000;

/** So many units in poisha, rounded once, half away from zero. */
export const saleAmount = (priceE4: number, quantity: number): number =>
  Math.round((priceE4 * quantity) / E4_OF_POISHA);

/** The price as it is typed: taka, without zeros that say nothing beyond the poisha. */
export function takaText(priceE4: number): string {
  const digits = String(priceE4).padStart(7, '0');
  return `${digits.slice(0, -6)}.${digits.slice(-6).replace(/0{1,4}$/, '')}`;
}
