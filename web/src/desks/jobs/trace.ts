// What a trace says, without drawing it.

import type { Trace } from '../../api/types.ts';

/** As many steps as a wide screen has room for. */
export const POINTS = 360;

export interface TraceRow {
  /** Milliseconds. */
  from: number;
  min: number | null;
  max: number | null;
  last: number | null;
}

const least = (a: number | null, b: number | null) =>
  a === null ? b : b === null ? a : Math.min(a, b);
const most = (a: number | null, b: number | null) =>
  a === null ? b : b === null ? a : Math.max(a, b);

/** The trace in at most so many rows, for a table. */
export function rowsOf(trace: Trace, atMost: number): TraceRow[] {
  const start = Date.parse(trace.from);
  const each = Math.max(1, Math.ceil(trace.at.length / atMost));
  const rows: TraceRow[] = [];
  trace.at.forEach((at, index) => {
    const min = trace.min[index] ?? null;
    const max = trace.max[index] ?? null;
    const last = trace.last[index] ?? null;
    const row = rows.at(-1);
    if (!row || index % each === 0) {
      rows.push({ from: start + at * 1000, min, max, last });
      return;
    }
    row.min = least(row.min, min);
    row.max = most(row.max, max);
    row.last = last ?? row.last;
  });
  return rows;
}

export interface Reading {
  /** Seconds since 1970. */
  at: number;
  min: number;
  max: number;
  last: number;
}

/** The steps in which something good was read. */
function readingsOf(trace: Trace): Reading[] {
  const start = Date.parse(trace.from) / 1000;
  return trace.at.flatMap((at, index) => {
    const [min, max, last] = [trace.min[index], trace.max[index], trace.last[index]];
    return min == null || max == null || last == null ? [] : [{ at: start + at, min, max, last }];
  });
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

const MISSED = 3;

/** Seconds between readings from which on some are missing: a meter is not read at every step. */
function patience(readings: Reading[], step: number): number {
  const apart = readings.slice(1).map((one, index) => one.at - readings[index]!.at);
  return Math.max(median(apart), step) * MISSED;
}

/** Stretches in which nothing good was read, in seconds since 1970, for the hatching. */
export function gapsOf(trace: Trace): [number, number][] {
  const readings = readingsOf(trace);
  const longest = patience(readings, trace.step_seconds);
  const edges = [
    Date.parse(trace.from) / 1000, ...readings.map((one) => one.at), Date.parse(trace.to) / 1000,
  ];
  return edges.slice(1).map((to, index): [number, number] => [edges[index]!, to])
    .filter(([from, to]) => to - from > longest);
}

export interface Columns {
  at: number[];
  min: (number | null)[];
  max: (number | null)[];
  last: (number | null)[];
}

/** The readings as columns to draw, with a hole in every gap so that no line crosses it. */
export function columnsOf(trace: Trace): Columns {
  const readings = readingsOf(trace);
  const longest = patience(readings, trace.step_seconds);
  const columns: Columns = { at: [], min: [], max: [], last: [] };
  const push = (at: number, one: Omit<Reading, 'at'> | null) => {
    columns.at.push(at);
    columns.min.push(one && one.min);
    columns.max.push(one && one.max);
    columns.last.push(one && one.last);
  };
  readings.forEach((one, index) => {
    const before = readings[index - 1];
    if (before && one.at - before.at > longest) push((before.at + one.at) / 2, null);
    push(one.at, one);
  });
  return columns;
}

export interface Highest {
  watts: number;
  /** Milliseconds. */
  at: number;
}

export function highest(trace: Trace): Highest | undefined {
  let found: Highest | undefined;
  trace.max.forEach((watts, index) => {
    if (watts === null || (found && watts <= found.watts)) return;
    found = { watts, at: Date.parse(trace.from) + (trace.at[index] ?? 0) * 1000 };
  });
  return found;
}
