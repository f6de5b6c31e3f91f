// In which order the versions of the settings are told.

import type { components } from '#contract';

export type Setting = components['schemas']['Setting'];

/** Newest first: what is to come, then what holds, then what held. */
export function inOrder(settings: Setting[]): Setting[] {
  const ranks = { later: 0, now: 1, past: 2 };
  const rank = ({ standing }: Setting) => ranks[standing ?? 'past'];
  return settings.toSorted((a, b) => rank(a) - rank(b) || Date.parse(b.from) - Date.parse(a.from));
}
