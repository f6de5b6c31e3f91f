// Numbers as people write them: Bangla or Latin digits, grouped by lakh and crore.

export type Language = 'bn' | 'en';

const BANGLA_ZERO = 0x09e6;

/** ASCII digits to the digits of the language; everything else stays. */
export function digits(text: string, language: Language): string {
  if (language === 'en') return text;
  return text.replace(/[0-9]/g, (d) => String.fromCharCode(BANGLA_ZERO + Number(d)));
}

/** Bangla digits to ASCII digits; everything else stays. */
export function ascii(text: string): string {
  return text.replace(/[০-৯]/g, (d) => String(d.charCodeAt(0) - BANGLA_ZERO));
}

/** 1234567 as 12,34,567. */
function grouped(whole: string): string {
  if (whole.length <= 3) return whole;
  const head = whole.slice(0, -3).replace(/\B(?=(\d\d)+$)/g, ',');
  return `${head},${whole.slice(-3)}`;
}

/** An integer with lakh grouping. */
export function integer(value: number, language: Language): string {
  const sign = value < 0 ? '−' : '';
  return sign + digits(grouped(String(Math.abs(Math.trunc(value)))), language);
}

/** An integer number of 10^-places, such as poisha (2) or watt-hours (3), exactly. */
export function fixed(value: number, places: number, language: Language): string {
  const sign = value < 0 ? '−' : '';
  const text = String(Math.abs(value)).padStart(places + 1, '0');
  const whole = grouped(text.slice(0, -places));
  return sign + digits(`${whole}.${text.slice(-places)}`, language);
}

/** What somebody typed, in either digit set, as a whole number; undefined when it is none. */
export function parseWhole(text: string): number | undefined {
  const clean = ascii(text).replace(/[\s,]/g, '');
  if (!/^\d{1,15}$/.test(clean)) return undefined;
  return Number(clean);
}

/** What somebody typed as an integer of 10^-places: "12.5" with 2 places is 1250. */
export function parseFixed(text: string, places: number): number | undefined {
  const clean = ascii(text).replace(/[\s,৳]/g, '');
  const match = /^(\d{1,12})(?:\.(\d*))?$/.exec(clean);
  if (!match) return undefined;
  const fraction = match[2] ?? '';
  if (fraction.length > places) return undefined;
  return Number(match[1] + fraction.padEnd(places, '0'));
}
