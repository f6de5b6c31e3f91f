// Grams as kilograms, exact to the gram and without zeros that say nothing.

import { digits, fixed, type Language } from '../../i18n/digits.ts';

export function kilos(grams: number, language: Language): string {
  const text = fixed(Math.abs(grams), 3, 'en').replace(/\.?0+$/, '');
  return `${grams < 0 ? '−' : ''}${digits(text, language)}`;
}
