// The days that can be looked at, and what is known about them.

import { api, take } from '../api/client.ts';
import type { Calendar } from '../api/types.ts';
import { facilityNow } from '../app/clock.svelte.ts';
import { session } from '../app/session.svelte.ts';
import { remember, remembered } from '../kit/memory.ts';
import { dayStart } from '../i18n/time.ts';

export const DAYS = 14;
const USUAL_LENGTH = 60;

/** Starts of the days from today on. */
export function days(): number[] {
  const { zone } = session.me.facility;
  return Array.from({ length: DAYS }, (_, index) => dayStart(facilityNow(), zone, index));
}

export function loadCalendar(): Promise<Calendar> {
  const { zone } = session.me.facility;
  const now = facilityNow();
  const query = {
    from: new Date(dayStart(now, zone)).toISOString(),
    to: new Date(dayStart(now, zone, DAYS)).toISOString(),
  };
  return take(api.GET('/api/v1/calendar', { params: { query } }));
}

/** The length that was booked last on machines of a kind. */
export const lastLength = (kind: string): number =>
  Number(remembered(`karkhana.length.${kind}`)) || USUAL_LENGTH;

export const keepLength = (kind: string, minutes: number): void =>
  remember(`karkhana.length.${kind}`, String(minutes));
