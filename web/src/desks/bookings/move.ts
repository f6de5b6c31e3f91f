// Where a booking stands and where it shall stand.

import type { Booking, BookingChange } from '../../api/types.ts';
import { MINUTE } from '../../parts/slots.ts';

export interface Place {
  machineId: string;
  start: number;
  minutes: number;
}

/** A change of a booking as somebody saw it: the version makes sure that it still is so. */
export interface Move {
  version: number;
  change: BookingChange;
}

interface Slotted {
  machine: { id: string };
  start: string;
  end: string;
}

export function placeOf({ machine, start, end }: Slotted): Place {
  const from = Date.parse(start);
  return { machineId: machine.id, start: from, minutes: (Date.parse(end) - from) / MINUTE };
}

export const isSame = (a: Place, b: Place): boolean =>
  a.machineId === b.machineId && a.start === b.start && a.minutes === b.minutes;

/** What the server is asked to change; of a booking that has begun its end alone. */
export function changeOf(
  before: Place, after: Place, begun: boolean, withoutFee = false,
): BookingChange {
  const end = new Date(after.start + after.minutes * MINUTE).toISOString();
  const free = withoutFee ? { without_fee: true } : {};
  if (begun) return { end, ...free };
  const machine = after.machineId === before.machineId ? {} : { machine_id: after.machineId };
  return { ...machine, start: new Date(after.start).toISOString(), end, ...free };
}

/** The fee that a change costs: what the booking would have besides what it has. */
export function feeOf(now?: Booking, then?: Booking) {
  const had = now?.costs?.fees.length;
  return had === undefined ? undefined : then?.costs?.fees[had];
}
