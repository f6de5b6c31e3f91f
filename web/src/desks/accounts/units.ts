// What a service is counted in.

import { known, own, t } from '../../i18n/locale.svelte.ts';

export const UNITS = [
  'piece', 'pair', 'dozen', 'kg', 'hour', 'day', 'session', 'page', 'person',
] as const;

/** A unit in a word; what a facility called otherwise as it wrote it. */
export function unitText(unit: string): string {
  const key = `services.unit_${unit}`;
  return known(key) ? t(key) : own(unit);
}
