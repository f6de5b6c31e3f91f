// The code on a machine's sign: whoever scans it is led to that machine on the own phone.

import { encode } from 'uqr';

export const signAddress = (slug: string) =>
  `${location.origin}/?at=${encodeURIComponent(slug)}`;

/** A quarter of the code may be torn or covered with glue. */
export function signCode(slug: string): { size: number; path: string } {
  const { size, data } = encode(signAddress(slug), { ecc: 'Q', border: 2 });
  const dark = data.flatMap((row, y) => row.flatMap((on, x) => (on ? `M${x} ${y}h1v1h-1z` : [])));
  return { size, path: dark.join('') };
}
