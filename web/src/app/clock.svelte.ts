// The facility's clock: what /me said, carried on by the browser's monotonic one.

import { locale, useClock } from '../i18n/locale.svelte.ts';

let base = Date.now();
let taken = performance.now();
let speed = $state(1);
let ticking = $state(Date.now());

/** The facility's time at this moment, in milliseconds. Not reactive. */
export function facilityNow(): number {
  return base + (performance.now() - taken) * speed;
}

export const clock = {
  /** The facility's time, renewed every second: read it in templates. */
  get now() {
    return ticking;
  },
  /** Facility seconds a real second; above 1 in a demo alone. */
  get speed() {
    return speed;
  },
  /** How many real seconds ago something of the facility's time was. */
  age(moment: string): number {
    return Math.max(0, (ticking - Date.parse(moment)) / 1000 / speed);
  },
};

export function setClock(now: string, newSpeed: number, zone?: string): void {
  base = Date.parse(now);
  taken = performance.now();
  speed = newSpeed;
  ticking = base;
  if (zone) locale.zone = zone;
}

useClock(() => ticking);
setInterval(() => {
  if (!document.hidden) ticking = facilityNow();
}, 1000);
document.addEventListener('visibilitychange', () => {
  ticking = facilityNow();
});
