// A week's load-shedding as a rule of RFC 5545, and as the first time it falls on.

import { DAY, dayStart, wallOf } from '../../i18n/time.ts';

/** By ISO weekday, from Monday. */
export const WEEKDAY_CODES = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const;

export interface WeeklyCut {
  /** ISO weekdays. */
  weekdays: number[];
  from: number;
  until: number;
}

/** The rule, and its first date from today on; an end not after its start is on the next day. */
export function weekly(cut: WeeklyCut, now: number, zone: string) {
  const days = cut.weekdays.toSorted((a, b) => a - b);
  const rule = `FREQ=WEEKLY;BYDAY=${days.map((day) => WEEKDAY_CODES[day - 1]).join(',')}`;
  for (let ahead = 0; ahead < 7; ahead++) {
    const midnight = dayStart(now, zone, ahead);
    if (!days.includes(wallOf(midnight, zone).weekday)) continue;
    const start = midnight + cut.from * 60_000;
    const end = midnight + cut.until * 60_000 + (cut.until <= cut.from ? DAY : 0);
    return { rule, start: new Date(start).toISOString(), end: new Date(end).toISOString() };
  }
  return undefined;
}
