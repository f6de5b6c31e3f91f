// What can be done about what speaks against a booking.

import type { BookingDraft, Quote, Violation } from '../api/types.ts';

/** Whether whoever asks may let all of it pass. */
export const mayPass = (violations: Violation[]): boolean =>
  violations.length > 0 && violations.every((violation) => violation.may_override);

/** The overrides of a draft: one a rule, with the reason for all. Empty without a reason. */
export function overridesFor(violations: Violation[], reason: string): BookingDraft['overrides'] {
  const why = reason.trim();
  if (!why || !mayPass(violations)) return [];
  return violations.map(({ code }) => ({ rule: code, reason: why }));
}

/** A quote binds what it was asked for alone. */
export function boundBy(
  quote: Quote | undefined, asked: string | undefined, draft: BookingDraft,
): Pick<BookingDraft, 'quote'> {
  return quote?.quote && asked === JSON.stringify(draft) ? { quote: quote.quote } : {};
}
