// From when on a price or a tax holds: from now on, or from the beginning of a day to come.

import { facilityNow } from '../../app/clock.svelte.ts';
import { date, locale } from '../../i18n/locale.svelte.ts';
import { dayStart } from '../../i18n/time.ts';

const DAYS_AHEAD = 92;

/** The choices of a Select; the first, with the words for "now", has no time at all. */
export const starts = (now: string): { value: string; text: string }[] => [
  { value: '', text: now },
  ...Array.from({ length: DAYS_AHEAD }, (_, ahead) => {
    const at = dayStart(facilityNow(), locale.zone, ahead + 1);
    return { value: new Date(at).toISOString(), text: date(at) };
  }),
];
