// What lines tell of themselves, in words.

import { fixed } from '../../i18n/digits.ts';
import { energy, known, locale, num, power, span, t } from '../../i18n/locale.svelte.ts';

/** Microseconds as milliseconds with one decimal, or two where one says nothing. */
export const took = (us: number) => t('device.ms', {
  time: us < 1000 ? fixed(Math.round(us / 10), 2, locale.language)
    : fixed(Math.round(us / 100), 1, locale.language),
});

export const percent = (permille: number) => `${fixed(permille, 1, locale.language)}%`;

/** How long ago a unit last answered with what was asked; real time. */
export function heard(silentMs: number | null): string {
  if (silentMs === null) return t('device.never');
  if (silentMs < 2000) return t('lines.now');
  return t('device.ago', { time: span(silentMs / 1000) });
}

/** A kind of error; an exception brings its code: "refused 2". */
export function faultText(error: string): string {
  const [kind = '', code] = error.split(' ');
  const key = `fault.${kind}`;
  const what = known(key) ? t(key) : kind;
  if (code === undefined) return what;
  const why = `exception.e${code}`;
  return `${what}: ${known(why) ? t(why) : num(Number(code))}`;
}

/** Every kind of error with how often it was, the most frequent first. */
export function errorTexts(errors: Record<string, number>): string[] {
  return Object.entries(errors).sort((a, b) => b[1] - a[1])
    .map(([kind, times]) => `${faultText(kind)}: ${num(times)}`);
}

/** A value in its base unit, as people say it; empty for units that nobody is shown. */
export function measured(value: number, unit: string): string {
  const key = `measure.${unit}`;
  if (unit === 'Wh') return energy(value);
  if (unit === 'W') return power(value);
  if (!known(key)) return '';
  const thousandths = unit.startsWith('m') || unit === 'permille';
  const text = thousandths ? fixed(Math.round(value / 10), 2, locale.language) : num(value);
  return t(key, { value: text });
}
