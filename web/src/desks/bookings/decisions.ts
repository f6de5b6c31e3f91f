// What may be decided about a booking: as the server said, and of that what a list has room for.

import type { Booking, BookingAction } from '../../api/types.ts';

export const decisions = [
  'approve', 'refuse', 'move', 'hand_over', 'release', 'excuse', 'cancel',
] as const satisfies BookingAction[];
export type Decision = (typeof decisions)[number];

/** Those that ask for a reason; where it may be left out, false. */
export const reasonOf = { refuse: true, excuse: true, release: false } as const;
export type Reasoned = keyof typeof reasonOf;
export const isReasoned = (one: Decision): one is Reasoned => one in reasonOf;

const IN_LISTS: Decision[] = ['approve', 'refuse', 'move', 'cancel'];

/**
 * The buttons of a booking, in their order. A fee for staying too long is of a booking that is
 * completed and stays so: it is excused where whoever looks may excuse at all.
 */
export function decisionsOf(booking: Booking, brief: boolean, mayExcuse: boolean): Decision[] {
  const owed = booking.costs?.fees.some((fee) => !fee.withdrawn && !fee.free) ?? false;
  return decisions.filter((one) => {
    if (brief && !IN_LISTS.includes(one)) return false;
    // Whoever may refuse says why, and needs no second way to end it.
    if (one === 'cancel' && booking.actions?.includes('refuse')) return false;
    const offered = booking.actions?.includes(one) ?? false;
    return offered || (one === 'excuse' && mayExcuse && owed);
  });
}
