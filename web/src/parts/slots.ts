// Where a machine is free, from the calendar. The server stays the judge; this is what is offered.

import type { BookingState, Calendar } from '../api/types.ts';
import { DAY, dayStart } from '../i18n/time.ts';

export const MINUTE = 60_000;

export interface Grid {
  id: string;
  grid_minutes: number;
  min_minutes: number;
  max_minutes: number;
  /** Clean-up after each booking. */
  setup_minutes: number;
  buffer_minutes: number;
  /** More than one: people share it, and whether there is room the server says. */
  seats?: number;
}

/** A stretch of an open day: free with its starts, or not free and why. */
export interface Block {
  kind: 'free' | 'taken' | 'outage';
  from: number;
  to: number;
  /** Starts on the grid that leave room for the shortest job. */
  starts: number[];
  mine: boolean;
  /** Index into the calendar's outages, for the reason. */
  outage?: number;
}

interface Busy {
  from: number;
  to: number;
  kind: 'taken' | 'outage';
  mine: boolean;
  outage?: number;
}

type Stretch = [from: number, to: number];

const ms = (time: string) => Date.parse(time);

// The calendar tells of bookings that are over too, with the time they once had: that time is free
// again.
export const LIVE: BookingState[] = ['pending', 'confirmed', 'checked_in', 'running', 'paused'];

function busyOf(machine: Grid, calendar: Calendar, ignore?: string): Busy[] {
  const bookings = calendar.bookings
    .filter((slot) => slot.machine_id === machine.id && LIVE.includes(slot.state))
    .filter(() => (machine.seats ?? 1) === 1)
    .filter((slot) => !ignore || slot.booking_id !== ignore)
    .map((slot): Busy => ({
      from: ms(slot.start) - machine.setup_minutes * MINUTE,
      to: ms(slot.end) + machine.buffer_minutes * MINUTE,
      kind: 'taken',
      mine: slot.mine,
    }));
  const outages = calendar.outages
    .map((one, outage): Busy => ({
      from: ms(one.start), to: ms(one.end), kind: 'outage', mine: false, outage,
    }))
    .filter(({ outage }) => {
      const whose = calendar.outages[outage!]!.machine_id;
      return !whose || whose === machine.id;
    });
  return [...bookings, ...outages].sort((a, b) => a.from - b.from || b.to - a.to);
}

function startsIn(machine: Grid, [from, to]: Stretch, midnight: number): number[] {
  const step = machine.grid_minutes * MINUTE;
  const starts = [];
  let at = midnight + Math.ceil((from - midnight) / step) * step;
  for (; at + machine.min_minutes * MINUTE <= to; at += step) starts.push(at);
  return starts;
}

function blocksOfStretch(machine: Grid, busy: Busy[], stretch: Stretch, midnight: number) {
  const blocks: Block[] = [];
  let at = stretch[0];
  const free = (to: number) => {
    if (to <= at) return;
    const starts = startsIn(machine, [at, to], midnight);
    if (starts.length > 0) blocks.push({ kind: 'free', from: at, to, starts, mine: false });
  };
  for (const one of busy) {
    const from = Math.max(one.from, at);
    const to = Math.min(one.to, stretch[1]);
    if (to <= from) continue;
    // Whoever comes before another booking has to have cleaned up by then.
    free(one.kind === 'taken' ? from - machine.buffer_minutes * MINUTE : from);
    blocks.push({ ...one, from, to, starts: [] });
    // And whoever comes after it needs the time to set up.
    at = one.kind === 'taken' ? to + machine.setup_minutes * MINUTE : to;
  }
  free(stretch[1]);
  return blocks;
}

export interface Around {
  calendar: Calendar;
  zone: string;
  now: number;
  /** A booking that is being moved does not stand in its own way. */
  ignore?: string | undefined;
}

/**
 * What is left of the open hours of one local day, in order. Empty: closed, or over. A block may
 * begin before the day or end after it, its starts are of the day.
 */
export function blocksOfDay(machine: Grid, instant: number, around: Around): Block[] {
  const { calendar, zone, now, ignore } = around;
  const midnight = dayStart(instant, zone);
  const nextMidnight = dayStart(instant, zone, 1);
  const busy = busyOf(machine, calendar, ignore);
  return calendar.open
    .map(({ start, end }): Stretch => [ms(start), ms(end)])
    .filter(([from, to]) => from < nextMidnight && to > midnight)
    .map(([from, to]): Stretch => [Math.max(from, now), to])
    .filter(([from, to]) => from < to)
    .flatMap((stretch) => blocksOfStretch(machine, busy, stretch, midnight))
    .filter((block) => block.from < nextMidnight && block.to > midnight)
    .map((block) => ({
      ...block,
      starts: block.starts.filter((start) => start >= midnight && start < nextMidnight),
    }))
    .filter((block) => block.kind !== 'free' || block.starts.length > 0);
}

/**
 * What stays the same about a block while the clock goes on: where it ends. A free one begins now,
 * and buttons that are made anew every second lose the focus and the finger that is on them.
 */
export const keyOf = (block: Block): string => `${block.kind} ${block.to}`;

/** The first start with room for so many minutes within the calendar's days. */
export function nextFree(machine: Grid, minutes: number, around: Around): number | undefined {
  for (let day = ms(around.calendar.from); day < ms(around.calendar.to); day += DAY) {
    for (const block of blocksOfDay(machine, day, around)) {
      const start = block.starts.find((one) => one + minutes * MINUTE <= block.to);
      if (start !== undefined) return start;
    }
  }
  return undefined;
}

/** Minutes that are free from a start on; 0 when it is not free. */
export function roomAt(machine: Grid, start: number, around: Around): number {
  const blocks = blocksOfDay(machine, start, around);
  const block = blocks.find((one) => one.kind === 'free' && one.from <= start && start < one.to);
  return block ? (block.to - start) / MINUTE : 0;
}

const USUAL = [15, 30, 45, 60, 90, 120, 180, 240, 300, 360, 480];

/** The lengths to choose from: usual ones that the machine allows, and one that was asked for. */
export function lengthsOf(machine: Grid, asked?: number): number[] {
  const { grid_minutes: grid, min_minutes: min, max_minutes: max } = machine;
  const fitting = USUAL.filter((length) => length >= min && length <= max && length % grid === 0);
  const wished = asked !== undefined && asked >= min ? [asked] : [];
  return [...new Set([min, ...fitting, ...wished])].sort((a, b) => a - b);
}

/** The wished length, or the longest that still fits. */
export function lengthFor(machine: Grid, wished: number, room: number, asked?: number): number {
  const lengths = lengthsOf(machine, asked);
  const fitting = lengths.filter((length) => length <= room);
  // Where nothing fits the server says why: it is asked for what was wished.
  const offered = fitting.length > 0 ? fitting : lengths;
  return offered.findLast((length) => length <= wished) ?? offered[0]!;
}
