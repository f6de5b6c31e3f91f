// Where things stand on a day's time axis, in per cent of its width.

import type { Calendar, MachineRef } from '../../api/types.ts';
import { dayStart, instantOf, wallOf } from '../../i18n/time.ts';

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
  const midnight = dayStart(day, zone);
  const next = dayStart(day, zone, 1);
  const { year, month, day: date } = wallOf(day, zone);
  const at = (hour: number) => instantOf(year, month, date, hour * 60, zone);
  const open = calendar.open
    .map(({ start, end }) => ({ from: Date.parse(start), to: Date.parse(end) }))
    // A night that goes on from the day before is on that day's axis, and a workshop that never
    // closes has days of twenty-four hours.
    .filter(({ from, to }) => (from >= midnight && from < next) || (from < midnight && to >= next))
    .map(({ from, to }) => ({
      from: Math.max(from, midnight), to: from <= midnight && to > next ? next : to,
    }));
  const first = Math.min(...open.map(({ from }) => from), at(9));
  const last = Math.max(...open.map(({ to }) => to), at(17));
  return {
    from: midnight + Math.floor((first - midnight) / HOUR) * HOUR,
    to: midnight + Math.ceil((last - midnight) / HOUR) * HOUR,
  };
}

export function barOf(from: number, to: number, axis: Axis): Bar | undefined {
  const start = Math.max(from, axis.from);
  const end = Math.min(to, axis.to);
  if (end <= start) return undefined;
  const length = axis.to - axis.from;
  return { left: ((start - axis.from) / length) * 100, width: ((end - start) / length) * 100 };
}

/** What a finger needs, in pixels. */
export const FINGER = 44;

/**
 * The lane of each bar on an axis so many pixels wide, in the order of their starts: a short one
 * is as wide as a finger all the same, and what would lie on another goes below it.
 */
export function lanesOf(bars: Bar[], pixels: number): number[] {
  const ends: number[] = [];
  return bars.map((bar) => {
    const width = Math.max((bar.width / 100) * pixels, FINGER);
    const from = Math.min((bar.left / 100) * pixels, pixels - width);
    const free = ends.findIndex((end) => end <= from + 0.5);
    const lane = free < 0 ? ends.length : free;
    ends[lane] = from + width;
    return lane;
  });
}

export function hoursOf(axis: Axis): number[] {
  const count = Math.round((axis.to - axis.from) / HOUR);
  return Array.from({ length: count }, (_, index) => axis.from + index * HOUR);
}

/** What of a stretch lies on the axis; without an end when it goes on beyond it. */
export function shownOf(one: { start: string; end: string }, axis: Axis) {
  const from = Math.max(Date.parse(one.start), axis.from);
  const end = Date.parse(one.end);
  return end > axis.to ? { from } : { from, to: end };
}

const overlaps = (one: { start: string; end: string }, from: number, to: number) =>
  Date.parse(one.start) < to && Date.parse(one.end) > from;

/** Bookings, with whose they are, and outages of a machine on a day, in order. */
export function eventsOf(machine: MachineRef, calendar: Calendar, axis: Axis) {
  const bookings = calendar.bookings
    .filter((slot) => slot.machine_id === machine.id && overlaps(slot, axis.from, axis.to))
    .sort((a, b) => Date.parse(a.start) - Date.parse(b.start))
    .map((slot) => ({
      ...slot,
      enterprise: calendar.enterprises.find((one) => one.id === slot.enterprise_id),
    }));
  const outages = calendar.outages.filter(
    (one) => (one.machine_id ?? machine.id) === machine.id && overlaps(one, axis.from, axis.to),
  );
  return { bookings, outages };
}
