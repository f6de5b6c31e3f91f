// How a job comes back, as a rule of RFC 5545.

import { wallOf } from '../../i18n/time.ts';

const CODES = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];

export type Every = 'day' | 'week' | 'twoWeeks' | 'month';

/** `count` dates from `start` on; in a week on these ISO weekdays, that of the start at least. */
export function ruleOf(
  every: Every, weekdays: number[], count: number, start: number, zone: string,
): string {
  const end = `;COUNT=${count}`;
  if (every === 'day') return `FREQ=DAILY${end}`;
  if (every === 'month') return `FREQ=MONTHLY${end}`;
  const days = [...new Set([...weekdays, wallOf(start, zone).weekday])].sort((a, b) => a - b);
  const interval = every === 'twoWeeks' ? ';INTERVAL=2' : '';
  return `FREQ=WEEKLY${interval};BYDAY=${days.map((day) => CODES[day - 1]).join(',')}${end}`;
}
