// Where a booking stands and where it shall stand.

import type { BookingChange } from '../../api/types.ts';
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
export function changeOf(before: Place, after: Place, begun: boolean): BookingChange {
  const end = new Date(after.start + after.minutes * MINUTE).toISOString();
  if (begun) return { end };
  const machine = after.machineId === before.machineId ? {} : { machine_id: after.machineId };
  return { ...machine, start: new Date(after.start).toISOString(), end };
}
