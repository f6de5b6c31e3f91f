// What a job is counted in.

import { t } from '../i18n/locale.svelte.ts';

type Unit = 'pair' | 'piece' | 'kg';
/** As a machine names it: a facility may write anything, and what is not known are pieces. */
export type PieceUnit = string | null | undefined;

export const unitOf = (unit: PieceUnit): Unit =>
  unit === 'pair' || unit === 'kg' ? unit : 'piece';

/** "pairs": the word alone, for labels. */
export const unitWord = (unit: PieceUnit): string => t(`unit.${unitOf(unit)}`);

/** "40 pairs". */
export const countText = (n: number, unit: PieceUnit): string => t(`unit.n_${unitOf(unit)}`, { n });
