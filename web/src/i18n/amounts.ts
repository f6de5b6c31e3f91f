// Money, energy, power and time spans in words and numbers of the language.

import { digits, fixed, integer, type Language } from './digits.ts';

const NBSP = '\u00a0';

/** Poisha as taka: "৳ ১,২৩,৪৫৬.৫০". */
export function money(poisha: number, language: Language): string {
  const text = fixed(Math.abs(poisha), 2, language);
  return `${poisha < 0 ? '−' : ''}৳${NBSP}${text}`;
}

/** Ten-thousandths of a poisha per unit as taka, with as many decimals as it has, two at least. */
export function rate(priceE4: number, language: Language): string {
  const text = fixed(priceE4, 6, 'en').replace(/(\.\d\d\d*?)0+$/, '$1');
  return `৳${NBSP}${digits(text, language)}`;
}

/** Watt-hours as kWh, exact to the watt-hour. */
export function energy(wh: number, language: Language): string {
  return `${fixed(wh, 3, language)}${NBSP}${language === 'bn' ? 'ইউনিট' : 'kWh'}`;
}

const COUNTED: Record<string, [bn: string, en: string]> = {
  Wh: ['ইউনিট', 'kWh'],
  ml: ['ঘনমিটার', 'm³'],
  'ml/h': ['ঘনমিটার/ঘণ্টা', 'm³/h'],
};

/** What a counter shows or a flow is, in the unit that people know it by; volume to the litre. */
export function counted(value: number, unit: string, language: Language): string {
  if (unit === 'count') return integer(value, language);
  const word = COUNTED[unit]?.[language === 'bn' ? 0 : 1];
  const number = word === undefined ? integer(value, language)
    : fixed(unit.startsWith('ml') ? Math.trunc(value / 1000) : value, 3, language);
  return `${number}${NBSP}${word ?? unit}`;
}

/** Watts; from ten kilowatts on in kilowatts with one decimal. */
export function power(watts: number, language: Language): string {
  if (Math.abs(watts) < 10_000)
    return `${integer(watts, language)}${NBSP}${language === 'bn' ? 'ওয়াট' : 'W'}`;
  const tenths = Math.round(watts / 100);
  return `${fixed(tenths, 1, language)}${NBSP}${language === 'bn' ? 'কিলোওয়াট' : 'kW'}`;
}

/** Minutes as hours and minutes, rounded before they are divided: never 60 minutes. */
export function duration(minutes: number, language: Language): string {
  const whole = Math.round(minutes);
  const hours = Math.floor(whole / 60);
  const rest = whole % 60;
  const [hour, minute] = language === 'bn' ? ['ঘণ্টা', 'মিনিট'] : ['h', 'min'];
  const parts = [];
  if (hours > 0) parts.push(`${integer(hours, language)}${NBSP}${hour}`);
  if (rest > 0 || hours === 0) parts.push(`${integer(rest, language)}${NBSP}${minute}`);
  return parts.join(' ');
}

/** Seconds as minutes and seconds, to the second: what a price per minute is multiplied with. */
export function used(seconds: number, language: Language): string {
  const [minute, second] = language === 'bn' ? ['মিনিট', 'সেকেন্ড'] : ['min', 's'];
  const text = `${integer(Math.floor(seconds / 60), language)}${NBSP}${minute}`;
  const rest = seconds % 60;
  return rest === 0 ? text : `${text} ${integer(rest, language)}${NBSP}${second}`;
}

/** Seconds in the largest unit that says enough: for "5 minutes ago". */
export function span(seconds: number, language: Language): string {
  if (seconds < 90) {
    const unit = language === 'bn' ? 'সেকেন্ড' : 's';
    return `${integer(Math.max(0, Math.round(seconds)), language)}${NBSP}${unit}`;
  }
  if (seconds < 48 * 3600) return duration(Math.round(seconds / 60), language);
  const days = Math.round(seconds / 86_400);
  return `${integer(days, language)}${NBSP}${language === 'bn' ? 'দিন' : 'days'}`;
}
