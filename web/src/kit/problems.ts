// Words for the codes of refusals.

import type { Refusal } from '../api/refusal.ts';
import { known, t } from '../i18n/locale.svelte.ts';
import { MISMATCHES } from './mismatches.ts';

export function problemWords(code: string, refusal?: Refusal): string {
  const key = `problem.${code}`;
  if (known(key)) return t(key);
  if (MISMATCHES.includes(code)) return t('problem.mismatch');
  return t(refusal && refusal.status >= 500 ? 'problem.internal' : 'problem.other');
}

/** Words for what is wrong with one field of a form. */
export function errorAt(refusal: Refusal | undefined, field: string): string | undefined {
  const code = refusal?.at(field);
  return code && problemWords(code, refusal);
}
