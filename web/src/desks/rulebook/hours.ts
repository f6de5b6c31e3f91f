// When the centre is open, in the shapes that people enter it in: the same hours on several days.

import type { components } from '#contract';

type Schemas = components['schemas'];
export type Profile = Schemas['OpeningProfile'];
export type Period = Schemas['OpeningPeriod'];
export type SpecialDay = Schemas['SpecialDay'];
export type Week = Schemas['Week'];
type Hours = Schemas['OpeningHours'];
type Break = Schemas['Break'];

const DAY = 86_400_000;

/** One stretch of time on several weekdays. */
export interface Block {
  weekdays: number[];
  from: number;
  until: number;
}

/** The hours of a week, those that are alike together, by when they begin. */
export function blocksOf(hours: Hours[]): Block[] {
  const found: Block[] = [];
  for (const { weekday, opens_minute: from, closes_minute: until } of hours) {
    const same = found.find((block) => block.from === from && block.until === until);
    if (same) same.weekdays.push(weekday);
    else found.push({ weekdays: [weekday], from, until });
  }
  return found.toSorted((a, b) => b.weekdays.length - a.weekdays.length || a.from - b.from);
}

export const hoursOf = (blocks: Block[]): Hours[] =>
  blocks.flatMap(({ weekdays, from, until }) =>
    weekdays.map((weekday) => ({ weekday, opens_minute: from, closes_minute: until })),
  );

export interface BreakBlock extends Block {
  name: { en: string; bn: string };
}

export function breakBlocksOf(breaks: Break[]): BreakBlock[] {
  const found: BreakBlock[] = [];
  for (const { weekday, from_minute: from, until_minute: until, name } of breaks) {
    const same = found.find((block) => block.from === from && block.until === until
      && block.name.en === name.en && block.name.bn === name.bn);
    if (same) same.weekdays.push(weekday);
    else found.push({ weekdays: [weekday], from, until, name: { ...name } });
  }
  return found;
}

export const breaksOf = (blocks: BreakBlock[]): Break[] =>
  blocks.flatMap(({ weekdays, from, until, name }) =>
    weekdays.map((weekday) => ({
      weekday, from_minute: from, until_minute: until, name: { ...name },
    })),
  );

/** Where a period lies on a strip of days, in parts of it. */
export interface Stretch {
  left: number;
  width: number;
  profile: string;
}

const dayCount = (day: string): number => Date.parse(`${day}T00:00:00Z`) / DAY;

/** The periods on a strip of `days` days from `first` on; those outside are left out. */
export function stretches(periods: Period[], first: string, days: number): Stretch[] {
  const start = dayCount(first);
  return periods.flatMap(({ first_day: from, last_day: until, profile }) => {
    const left = Math.max(dayCount(from) - start, 0);
    const right = Math.min(dayCount(until) + 1 - start, days);
    return right > left ? [{ left: left / days, width: (right - left) / days, profile }] : [];
  });
}

/** Whether a list is an iCalendar text (RFC 5545), and not a line a day. */
export const isCalendar = (text: string): boolean => /^\uFEFF?\s*BEGIN:VCALENDAR/i.test(text);
