// The bookings around now, for what may be done to those on the board.

import { api, take } from '../../api/client.ts';
import type { Booking, Machine } from '../../api/types.ts';
import { facilityNow } from '../../app/clock.svelte.ts';
import { on } from '../../app/live.svelte.ts';
import { machines } from '../../app/machines.svelte.ts';
import { Loaded, wholeList } from '../../kit/loaded.svelte.ts';

const HOURS = 3_600_000;
const SETTLE_MS = 400;
const LOOK_MS = 20_000;

async function around(): Promise<Map<string, Booking>> {
  const now = facilityNow();
  const query = {
    from: new Date(now - 12 * HOURS).toISOString(),
    to: new Date(now + 16 * HOURS).toISOString(),
    limit: 200,
  };
  // A full house has more than a page of them, and those of now stand in the middle.
  const { items } = await wholeList((cursor) => take(api.GET('/api/v1/bookings', {
    params: { query: cursor === undefined ? query : { ...query, cursor } },
  })));
  return new Map(items.map((booking) => [booking.id, booking]));
}

/** The bookings of the machines' now and next, and everything that keeps them fresh. */
export class Today {
  bookings = new Loaded(around);
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Events come in bursts; one look after the burst is enough. */
  #soon = () => {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.bookings.refresh(), SETTLE_MS);
  };

  follow(): () => void {
    void this.bookings.refresh();
    // What may be done changes with the time too, and no event tells that.
    const look = setInterval(() => document.hidden || this.bookings.refresh(), LOOK_MS);
    const stops = [on('booking', this.#soon), on('resync', this.#soon)];
    return () => {
      clearInterval(look);
      clearTimeout(this.#timer);
      stops.forEach((stop) => stop());
    };
  }

  /** Puts a changed booking in place without waiting for the server to tell. */
  put(booking: Booking): void {
    const all = new Map(this.bookings.value);
    this.bookings.value = all.set(booking.id, booking);
    void machines.refresh();
  }

  /** The booking whose buttons belong on a machine's card: the one now, else the next. */
  of(machine: Machine): Booking | undefined {
    const { now, next, in_room: room } = machine.live;
    // Of a room that is shared the own one, whoever else is there.
    for (const slot of [...(room ?? []), now, next]) {
      const booking = slot?.booking_id ? this.bookings.value?.get(slot.booking_id) : undefined;
      if (booking?.actions?.some((action) => action !== 'move' && action !== 'cancel'))
        return booking;
    }
    return undefined;
  }
}

const ATTENTION = ['out_of_order', 'stopped', 'unknown'];

/** What needs somebody first; otherwise everything stays where hands have learnt it is. */
export function ordered(all: Machine[], here: string | null = null): Machine[] {
  const urgent = (machine: Machine) =>
    machine.slug === here ? -1
      : machine.live.alarm || ATTENTION.includes(machine.live.state) ? 0 : 1;
  return [...all].sort((a, b) => urgent(a) - urgent(b));
}
