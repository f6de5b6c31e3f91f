// The days that can be looked at, and what is known about them.

import { api, take } from '../api/client.ts';
import type { Calendar, Machine } from '../api/types.ts';
import { facilityNow } from '../app/clock.svelte.ts';
import { session } from '../app/session.svelte.ts';
import { remember, remembered } from '../kit/memory.ts';
import { dayStart } from '../i18n/time.ts';

/** So many are looked at together, and no more than so many at all. */
export const DAYS = 14;
const MOST_DAYS = 62;
const DAY = 86_400_000;
const USUAL_LENGTH = 60;

/** Starts of the days from today on, as far ahead as the machine is booked. */
export function days(machine?: Machine): number[] {
  const { zone } = session.me.facility;
  const length = machine ? Math.min(machine.horizon_days + 1, MOST_DAYS) : DAYS;
  return Array.from({ length }, (_, index) => dayStart(facilityNow(), zone, index));
}

/** From today until the end of the fortnight in which the day lies. */
export async function loadCalendar(day = facilityNow()): Promise<Calendar & { until: number }> {
  const { zone } = session.me.facility;
  const now = facilityNow();
  const ahead = Math.round((dayStart(day, zone) - dayStart(now, zone)) / DAY);
  const length = Math.min((Math.floor(Math.max(ahead, 0) / DAYS) + 1) * DAYS, MOST_DAYS);
  const until = dayStart(now, zone, length);
  const query = {
    from: new Date(dayStart(now, zone)).toISOString(),
    to: new Date(until).toISOString(),
  };
  return { ...await take(api.GET('/api/v1/calendar', { params: { query } })), until };
}

/** The length that was booked last on machines of a kind. */
export const lastLength = (kind: string): number =>
  Number(remembered(`karkhana.length.${kind}`)) || USUAL_LENGTH;

export const keepLength = (kind: string, minutes: number): void =>
  remember(`karkhana.length.${kind}`, String(minutes));
