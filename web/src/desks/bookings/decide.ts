// What somebody decides about a booking, each by its own address.

import { api, keyed, take } from '../../api/client.ts';
import type { Booking } from '../../api/types.ts';
import type { Reasoned } from './decisions.ts';

export type Decided =
  | { id: string; step: 'approve'; version: number }
  | { id: string; step: Reasoned; reason: string }
  | { id: string; step: 'hand_over'; to: string };

export function decide(asked: Decided, key: string): Promise<Booking> {
  const params = { path: { id: asked.id }, header: keyed(key) };
  if (asked.step === 'approve') {
    const body = { version: asked.version };
    return take(api.POST('/api/v1/bookings/{id}/approve', { params, body }));
  }
  if (asked.step === 'hand_over') {
    const body = { enterprise_id: asked.to };
    return take(api.POST('/api/v1/bookings/{id}/hand-over', { params, body }));
  }
  const body = asked.reason ? { reason: asked.reason } : {};
  switch (asked.step) {
    case 'refuse':
      return take(api.POST('/api/v1/bookings/{id}/refuse', { params, body }));
    case 'release':
      return take(api.POST('/api/v1/bookings/{id}/release', { params, body }));
    case 'excuse':
      return take(api.POST('/api/v1/bookings/{id}/excuse', { params, body }));
  }
}
