// The steps of a booking that the server is asked for, each by its own address.

import { api, keyed, take } from '../api/client.ts';
import type { Booking, BookingDraft, SafetyTick } from '../api/types.ts';

export type StepName = 'check_in' | 'start' | 'pause' | 'stop' | 'withdraw_stop' | 'cancel';

export interface Step {
  id: string;
  step: StepName;
  /** Good pieces made, for stop. */
  quantity?: number | undefined;
  /** What was seen to, for start. */
  ticks?: SafetyTick[] | undefined;
  /** An operator runs it, for start. */
  assisted?: boolean | undefined;
  /** What staff vouch for and why, for start. */
  overrides?: BookingDraft['overrides'] | undefined;
  /** From the sign at the machine, for check_in. */
  scanned?: boolean | undefined;
  /** Why, for cancel. */
  reason?: string | undefined;
}

export function takeStep(asked: Step, key: string): Promise<Booking> {
  const params = { path: { id: asked.id }, header: keyed(key) };
  switch (asked.step) {
    case 'check_in':
      return take(api.POST('/api/v1/bookings/{id}/check-in', {
        params, body: asked.scanned ? { by: 'qr' } : {},
      }));
    case 'start': {
      const ticks = Object.fromEntries((asked.ticks ?? []).map((tick) => [tick, true]));
      const body = {
        ticks,
        ...(asked.assisted && { assisted: true }),
        ...(asked.overrides?.length && { overrides: asked.overrides }),
      };
      return take(api.POST('/api/v1/bookings/{id}/start', { params, body }));
    }
    case 'pause':
      return take(api.POST('/api/v1/bookings/{id}/pause', { params, body: {} }));
    case 'stop': {
      const body = asked.quantity === undefined ? {} : { quantity: asked.quantity };
      return take(api.POST('/api/v1/bookings/{id}/stop', { params, body }));
    }
    case 'withdraw_stop':
      return take(api.POST('/api/v1/bookings/{id}/withdraw-stop', { params, body: {} }));
    case 'cancel': {
      const body = asked.reason ? { reason: asked.reason } : {};
      return take(api.POST('/api/v1/bookings/{id}/cancel', { params, body }));
    }
  }
}
