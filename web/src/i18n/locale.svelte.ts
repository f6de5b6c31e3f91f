// The language now, and everything that is written in it. Read these in templates only: they
// change when the language does.

import bn from './bn.json' with { type: 'json' };
import * as amounts from './amounts.ts';
import { fill, isKey, type Catalogue, type Key, type Values } from './catalogue.ts';
import { digits, integer, type Language } from './digits.ts';
import * as time from './time.ts';
import { remember, remembered } from '../kit/memory.ts';

const CHOICE = 'karkhana.language';

/** What the texts below depend on besides their arguments. `now` is the facility's clock. */
export const locale = $state({ language: 'bn' as Language, zone: 'Asia/Dhaka' });
let catalogue = $state.raw<Catalogue>(bn);
let dayNow: () => number = () => Date.now();

/** The clock that "today" means; the session sets it to the facility's. */
export function useClock(now: () => number): void {
  dayNow = now;
}

async function wordsOf(language: Language): Promise<Catalogue | undefined> {
  if (language === 'bn') return bn;
  const found = await import('./en.json', { with: { type: 'json' } }).catch(() => undefined);
  return found?.default;
}

/** False when the words could not be fetched: Bangla came with the page and goes on. */
export async function speak(language: Language): Promise<boolean> {
  const words = await wordsOf(language);
  catalogue = words ?? bn;
  locale.language = words ? language : 'bn';
  document.documentElement.lang = locale.language;
  document.title = t('app.name');
  return words !== undefined;
}

/** The person's own choice on this device wins over the one in the account. */
export function choose(language: Language): Promise<boolean> {
  remember(CHOICE, language);
  return speak(language);
}

export function chosen(): Language | undefined {
  const found = remembered(CHOICE);
  return found === 'bn' || found === 'en' ? found : undefined;
}

export const t = (key: Key, values?: Values) => fill(catalogue, key, locale.language, values);
export const known = (key: string): key is Key => isKey(catalogue, key);

export const num = (value: number) => integer(value, locale.language);
export const own = (text: string) => digits(text, locale.language);
export const money = (value: { amount: number }) => amounts.money(value.amount, locale.language);
export const rate = (priceE4: number) => amounts.rate(priceE4, locale.language);
export const energy = (wh: number) => amounts.energy(wh, locale.language);
export const counted = (value: number, unit: string) =>
  amounts.counted(value, unit, locale.language);
export const power = (watts: number) => amounts.power(watts, locale.language);
export const duration = (minutes: number) => amounts.duration(minutes, locale.language);
export const used = (seconds: number) => amounts.used(seconds, locale.language);
export const span = (seconds: number) => amounts.span(seconds, locale.language);

/** A name in the language, or in the other one when it has none. */
export function name(of: { en: string; bn: string } | null | undefined): string {
  if (!of) return '';
  return locale.language === 'bn' ? own(of.bn || of.en) : of.en || of.bn;
}

/** +8801712345678 as people write it: ০১৭১২-৩৪৫৬৭৮. */
export function phone(number: string | null | undefined): string {
  return own((number ?? '').replace(/^\+?88(01\d{3})(\d{6})$/, '$1-$2'));
}

type Moment = string | number;
const instant = (moment: Moment) => (typeof moment === 'number' ? moment : Date.parse(moment));
const wall = (moment: Moment) => time.wallOf(instant(moment), locale.zone);

export const clock = (moment: Moment, seconds = false) =>
  time.clockText(wall(moment), locale.language, seconds);
export const range = (from: Moment, to: Moment) =>
  time.rangeText(wall(from), wall(to), locale.language);
export const date = (moment: Moment) => time.dateText(wall(moment), locale.language);
export const day = (moment: Moment) =>
  time.dayText(instant(moment), dayNow(), locale.zone, locale.language);
export const dayClock = (moment: Moment, seconds = false) =>
  `${day(moment)}, ${clock(moment, seconds)}`;
export const month = (key: string) => time.monthText(key, locale.language);
export const monthName = (number: number) => time.monthWord(number, locale.language);
export const weekday = (number: number) => time.weekdayWord(number, locale.language);
export const shortDay = (moment: Moment) =>
  time.shortWeekday(wall(moment).weekday, locale.language);
export const dayNumber = (moment: Moment) => own(String(wall(moment).day));
