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

/** The buttons of a booking, in their order. */
export function decisionsOf(booking: Booking, brief: boolean): Decision[] {
  return decisions.filter((one) => {
    if (brief && !IN_LISTS.includes(one)) return false;
    // Whoever may refuse says why, and needs no second way to end it.
    if (one === 'cancel' && booking.actions?.includes('refuse')) return false;
    return booking.actions?.includes(one) ?? false;
  });
}
