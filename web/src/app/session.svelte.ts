// Who is signed in, and what they may do.

import { api, take, useToken, whenSignedOut } from '../api/client.ts';
import { Refusal } from '../api/refusal.ts';
import type { Me, Role } from '../api/types.ts';
import { chosen, speak } from '../i18n/locale.svelte.ts';
import { remember, remembered } from '../kit/memory.ts';
import { setClock } from './clock.svelte.ts';

// Read by index.html too.
const SIGNED_IN = 'karkhana.signed-in';
/** Remembered on a telephone that is handed around: it asks for the next PIN at once. */
export const BY_PIN = 'karkhana.by-pin';

// Whoever is here for some MEs, or for reports, and not for the facility.
const OUTSIDE: Role[] = ['owner', 'member', 'partner', 'programme'];

let me = $state.raw<Me>();
// Whoever was not signed in here gets the log-in at once, without waiting for the server.
let state = $state<'asking' | 'out' | 'in' | 'unreachable'>(
  remembered(SIGNED_IN) ? 'asking' : 'out',
);
let turn = 0;

export const session = {
  get state() {
    return state;
  },
  /** Only where somebody is signed in: everything but the log-in. */
  get me(): Me {
    if (!me) throw new Error('nobody is signed in');
    return me;
  },
  get staff() {
    return me?.roles.some((role) => !OUTSIDE.includes(role)) ?? false;
  },
  /** The one enterprise this person acts for, when there is no choice. */
  get onlyEnterprise() {
    return !this.staff && me?.enterprises.length === 1 ? me.enterprises[0] : undefined;
  },
};

export const is = (role: Role): boolean => me?.roles.includes(role) ?? false;
/** May this person call an operation of the contract? */
export const can = (operation: string): boolean => me?.operations.includes(operation) ?? false;

/** Also when a change of the password has renewed the session. */
export async function enter(found: Me): Promise<void> {
  me = found;
  lockAfter(found.idle_minutes);
  useToken(found.csrf_token);
  setClock(found.now, found.clock_speed ?? 1, found.facility.zone);
  remember(SIGNED_IN, '1');
  await speak(chosen() ?? found.language);
  state = 'in';
}

// Whoever walks away is logged out, also where the page itself goes on asking for what is new.
let touched = 0;
let watching: ReturnType<typeof setInterval> | undefined;
for (const sign of ['pointerdown', 'keydown', 'wheel'])
  addEventListener(sign, () => (touched = performance.now()), { passive: true, capture: true });

function lockAfter(minutes: number | null): void {
  clearInterval(watching);
  touched = performance.now();
  if (minutes === null) return;
  watching = setInterval(() => {
    if (performance.now() - touched < minutes * 60_000) return;
    clearInterval(watching);
    logOut().catch(leave);
  }, 5000);
}

/** Begins with a fresh page: on a shared phone nothing of one person stays for the next. */
function leave(): void {
  remember(SIGNED_IN, null);
  location.reload();
}

whenSignedOut(() => {
  if (state === 'in') leave();
});

/** Goes on with the session that the browser's cookie names, if there was one. */
export async function resume(): Promise<void> {
  if (state === 'out') return;
  const asked = ++turn;
  state = 'asking';
  try {
    const found = await take(api.GET('/api/v1/me'));
    if (asked === turn) await enter(found);
  } catch (fault) {
    if (asked !== turn) return;
    if (fault instanceof Refusal && fault.status === 401) {
      remember(SIGNED_IN, null);
      window.early = {};
      state = 'out';
      return;
    }
    // Whatever it was, there is something to press; what nobody expected is told as well.
    state = 'unreachable';
    if (!(fault instanceof Refusal)) throw fault;
  }
}

export async function logIn(login: string, password: string, code: string): Promise<void> {
  turn++;
  const body = { login, password, ...(code && { code }) };
  await enter(await take(api.POST('/api/v1/session', { body })));
}

/** On a telephone that several share. */
export async function logInByPin(phone: string, pin: string): Promise<void> {
  turn++;
  await enter(await take(api.POST('/api/v1/session/pin', { body: { phone, pin } })));
}

/** Throws a Refusal where the server could not be told: the person is still signed in then. */
export async function logOut(): Promise<void> {
  clearInterval(watching);
  await take(api.DELETE('/api/v1/session'));
  history.replaceState(null, '', '/');
  leave();
}
