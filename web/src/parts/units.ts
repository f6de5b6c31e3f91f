// What a job is counted in.

import type { Key } from '../i18n/catalogue.ts';

const words: Record<string, Key> = { pair: 'unit.pair', piece: 'unit.piece', kg: 'unit.kg' };

export const unitWord = (unit: string | null | undefined): Key =>
  words[unit ?? ''] ?? 'unit.piece';
