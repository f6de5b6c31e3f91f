/** What the code on a machine's sign leads to: that machine, on the own phone. */
export const signAddress = (slug: string) =>
  `${location.origin}/?at=${encodeURIComponent(slug)}`;
