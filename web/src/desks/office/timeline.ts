// Where things stand on a day's time axis, in per cent of its width.

import type { Calendar, MachineRef } from '../../api/types.ts';
import { instantOf, wallOf } from '../../i18n/time.ts';

const HOUR = 3_600_000;

export interface Axis {
  from: number;
  to: number;
}

export interface Bar {
  left: number;
  width: number;
}

/** From the first opening to the last closing of the day, in whole hours; a usual day if closed. */
export function axisOf(day: number, calendar: Calendar, zone: string): Axis {
  const { year, month, day: date, weekday } = wallOf(day, zone);
  const rules = calendar.opening_hours.filter((rule) => rule.weekday === weekday);
  const opens = Math.min(...rules.map((rule) => rule.opens_minute), 9 * 60);
  const closes = Math.max(...rules.map((rule) => rule.closes_minute), 17 * 60);
  return {
    from: instantOf(year, month, date, Math.floor(opens / 60) * 60, zone),
    to: instantOf(year, month, date, Math.ceil(closes / 60) * 60, zone),
  };
}

export function barOf(from: number, to: number, axis: Axis): Bar | undefined {
  const start = Math.max(from, axis.from);
  const end = Math.min(to, axis.to);
  if (end <= start) return undefined;
  const length = axis.to - axis.from;
  return { left: ((start - axis.from) / length) * 100, width: ((end - start) / length) * 100 };
}

export function hoursOf(axis: Axis): number[] {
  const count = Math.round((axis.to - axis.from) / HOUR);
  return Array.from({ length: count }, (_, index) => axis.from + index * HOUR);
}

const overlaps = (one: { start: string; end: string }, from: number, to: number) =>
  Date.parse(one.start) < to && Date.parse(one.end) > from;

/** Bookings and outages of a machine on a day, in order. */
export function eventsOf(machine: MachineRef, calendar: Calendar, axis: Axis) {
  const bookings = calendar.bookings
    .filter((slot) => slot.machine_id === machine.id && overlaps(slot, axis.from, axis.to))
    .sort((a, b) => Date.parse(a.start) - Date.parse(b.start));
  const outages = calendar.outages.filter(
    (one) => (one.machine_id ?? machine.id) === machine.id && overlaps(one, axis.from, axis.to),
  );
  return { bookings, outages };
}
