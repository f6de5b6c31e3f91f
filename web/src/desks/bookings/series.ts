// Dates of a job that comes back, and what somebody wants to become of them.

import type { Booking, Series, SeriesCancel, SeriesChange } from '../../api/types.ts';
import { wallOf } from '../../i18n/time.ts';
import type { Every } from './repeat.ts';

const CODES = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];

/** What a rule of RFC 5545 says of its days; `every` is unset where people say it otherwise. */
export function rhythmOf(rule: string): { every?: Every; weekdays: number[] } {
  const parts = new Map(rule.toUpperCase().split(';').map((part): [string, string] => {
    const [key = '', value = ''] = part.split('=');
    return [key, value];
  }));
  const weekdays = (parts.get('BYDAY')?.split(',') ?? []).map((code) => CODES.indexOf(code) + 1);
  const known = ['FREQ', 'INTERVAL', 'BYDAY', 'COUNT', 'UNTIL', 'WKST'];
  const plain = [...parts.keys()].every((key) => known.includes(key)) && !weekdays.includes(0);
  const every = ({
    'DAILY 1': 'day', 'WEEKLY 1': 'week', 'WEEKLY 2': 'twoWeeks', 'MONTHLY 1': 'month',
  } as Record<string, Every>)[`${parts.get('FREQ')} ${parts.get('INTERVAL') ?? 1}`];
  if (!plain || !every) return { weekdays: [] };
  return { every, weekdays };
}

/** Minutes after local midnight. */
export function startMinute(start: string, zone: string): number {
  const { hour, minute } = wallOf(Date.parse(start), zone);
  return hour * 60 + minute;
}

/** The times of a day that a job may begin at: those of the grid, and the one that it has now. */
export function startsOf(grid: number, now: number): number[] {
  const all = Array.from({ length: Math.ceil(1440 / grid) }, (_, step) => step * grid);
  return [...new Set([...all, now])].sort((a, b) => a - b);
}

export type SeriesWish =
  | { action: 'move'; body: SeriesChange }
  | { action: 'cancel'; body: SeriesCancel };

interface Place {
  minute: number;
  length: number;
  machine: string;
  /** Of a rule by weeks, ISO. */
  weekdays?: number[] | undefined;
}

const sorted = (weekdays: number[]) => [...new Set(weekdays)].sort((a, b) => a - b);
const codesOf = (weekdays: number[]) => sorted(weekdays).map((one) => CODES[one - 1]).join(',');

/**
 * The weekdays that a job by weeks is held on, as its dates from `from` on stand now; those of its
 * rule where some were moved by themselves. Undefined of another rule.
 */
export function weekdaysHeld(series: Series, from: number, zone: string): number[] | undefined {
  const { every, weekdays } = rhythmOf(series.rule);
  if (every !== 'week' && every !== 'twoWeeks') return undefined;
  const start = wallOf(Date.parse(`${series.local_start}:00Z`), 'UTC').weekday;
  const ofRule = sorted(weekdays.length > 0 ? weekdays : [start]);
  const ahead = series.dates.flatMap(({ booking }) =>
    booking && ['pending', 'confirmed'].includes(booking.state) &&
    Date.parse(booking.start) >= from ? [wallOf(Date.parse(booking.start), zone).weekday] : []);
  const held = sorted(ahead);
  return held.length === ofRule.length ? held : ofRule;
}

/** What waits for the manager: dates of a series are decided together. */
export function waitingTogether(bookings: Booking[]): Booking[][] {
  const groups = new Map<string, Booking[]>();
  for (const one of bookings) {
    const key = one.series_id ? `${one.series_id} ${one.enterprise.id}` : one.id;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()];
}

/** What the server is asked; undefined while it would change nothing. `from` null: all dates. */
export function askedOf(
  action: 'move' | 'cancel', from: string | null, before: Place,
  after: Place & { clash: 'skip' | 'refuse'; reason: string },
): SeriesWish | undefined {
  const which = from === null ? {} : { from };
  if (action === 'cancel')
    return { action, body: { ...which, ...(after.reason && { reason: after.reason }) } };
  const change = {
    ...(after.minute === before.minute ? {} : { start_minute: after.minute }),
    ...(after.length === before.length ? {} : { length_minutes: after.length }),
    ...(after.machine === before.machine ? {} : { machine_id: after.machine }),
    ...(codesOf(after.weekdays ?? []) === codesOf(before.weekdays ?? []) ? {}
      : { weekdays: codesOf(after.weekdays ?? []) }),
  };
  if (Object.keys(change).length === 0) return undefined;
  return { action, body: { ...which, ...change, clash: after.clash } };
}
