// The number of a seller of whom the tax office knows.

import { ascii } from '../../i18n/digits.ts';

/** The 13 digits as they are printed, nine, a hyphen, four; undefined when they are not 13. */
export function parseBin(text: string): string | undefined {
  const match = /^(\d{9})-?(\d{4})$/.exec(ascii(text.trim()));
  return match ? `${match[1]}-${match[2]}` : undefined;
}
