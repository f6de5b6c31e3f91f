// Who is signed in, and what they may do.

import { api, take, useToken, whenSignedOut } from '../api/client.ts';
import { Refusal } from '../api/refusal.ts';
import type { Me, Role } from '../api/types.ts';
import { chosen, speak } from '../i18n/locale.svelte.ts';
import { remember, remembered } from '../kit/memory.ts';
import { setClock } from './clock.svelte.ts';

// Read by index.html too.
const SIGNED_IN = 'karkhana.signed-in';

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

async function enter(found: Me): Promise<void> {
  me = found;
  useToken(found.csrf_token);
  setClock(found.now, found.clock_speed ?? 1, found.facility.zone);
  remember(SIGNED_IN, '1');
  await speak(chosen() ?? found.language);
  state = 'in';
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

export async function logIn(login: string, password: string): Promise<void> {
  turn++;
  await enter(await take(api.POST('/api/v1/session', { body: { login, password } })));
}

/** Throws a Refusal where the server could not be told: the person is still signed in then. */
export async function logOut(): Promise<void> {
  await take(api.DELETE('/api/v1/session'));
  history.replaceState(null, '', '/');
  leave();
}
