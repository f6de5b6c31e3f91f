// What waits for the manager's yes.

import { api, take } from '../api/client.ts';
import type { Booking } from '../api/types.ts';
import { facilityNow } from '../app/clock.svelte.ts';
import { wholeList } from '../kit/loaded.svelte.ts';

/** The soonest first. Held are also the times that were offered to the waiting list: those nobody
    approves. */
export async function loadApprovals(): Promise<Booking[]> {
  const from = new Date(facilityNow()).toISOString();
  const { items } = await wholeList((cursor?: string) => {
    const query = { from, state: 'pending', limit: 200, ...(cursor && { cursor }) };
    return take(api.GET('/api/v1/bookings', { params: { query } }));
  });
  return items.filter((one) => one.actions?.includes('approve')).reverse();
}
