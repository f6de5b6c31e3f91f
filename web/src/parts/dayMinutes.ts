// Times of the day as people enter them, and days as a calendar names them.

import { locale } from '../i18n/locale.svelte.ts';
import { clockText } from '../i18n/time.ts';

export const DAY_MINUTES = 1440;

/** A minute of the day on the clock; over a day it is that of the next. */
export function minuteText(minute: number): string {
  const hour = Math.floor((minute % DAY_MINUTES) / 60);
  const wall = { year: 2000, month: 1, day: 1, weekday: 1, hour, minute: minute % 60, second: 0 };
  return clockText(wall, locale.language);
}

/** The moment at which a day begins anywhere, for writing its date. */
export const momentOf = (day: string): string => `${day}T12:00:00+06:00`;
