// What somebody at the desk says or shows, and what is asked for it.

import { ascii } from '../../i18n/digits.ts';

export interface Question {
  last4?: string;
  card?: string;
  search?: string;
}

/**
 * Four digits are the end of a telephone number, a longer run of letters and digits is what a card
 * reader types, all else is a name or a number. Undefined: not enough to ask for yet.
 */
export function questionOf(typed: string): Question | undefined {
  const text = ascii(typed.trim());
  const plain = text.replace(/[\s-]/g, '');
  if (/^\d{0,3}$/.test(plain)) return undefined;
  if (/^\d{4}$/.test(plain)) return { last4: plain };
  if (/^(\+?88)?01\d+$/.test(plain)) return { search: plain };
  if (/^(?=.*\d)[0-9a-z]{8,64}$/i.test(plain)) return { card: plain };
  return { search: text };
}

export interface NewParty {
  name: string;
  phone: string;
}

/** What was typed in vain is the beginning of a new record. */
export function partyOf(typed: string): NewParty {
  const text = typed.trim();
  const number = /^[+\d]+$/.test(ascii(text).replace(/[\s-]/g, ''));
  // Four digits alone are no number that anybody could be called on.
  if (number) return { name: '', phone: ascii(text).length > 4 ? text : '' };
  return { name: text, phone: '' };
}
