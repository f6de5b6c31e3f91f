// Whether somebody may run a kind of machine now.

import type { Authorisation } from '../../api/types.ts';

export type Standing = 'holds' | 'over' | 'withdrawn';

export function standingOf(
  one: Pick<Authorisation, 'expires_at' | 'revoked_at'>, now: number,
): Standing {
  if (one.revoked_at) return 'withdrawn';
  return one.expires_at && Date.parse(one.expires_at) <= now ? 'over' : 'holds';
}
