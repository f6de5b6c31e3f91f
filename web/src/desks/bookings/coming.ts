// What is still to come, and what was.

import type { Booking } from '../../api/types.ts';
import { LIVE } from '../../parts/slots.ts';

/**
 * Held or in use. One that was given up before its time stays in sight until then; one that was
 * finished early does not.
 */
export const isComing = (booking: Pick<Booking, 'state' | 'start'>, now: number): boolean =>
  LIVE.includes(booking.state)
  || (booking.state !== 'completed' && Date.parse(booking.start) > now);

/** Who comes early may have finished so long before the booked start. */
export const EARLY_MS = 3_600_000;
