// Instants and the clock on the facility's wall. The browser's own zone plays no part.

import { digits, type Language } from './digits.ts';

export interface Wall {
  year: number;
  month: number;
  day: number;
  /** 1 is Monday, 7 is Sunday. */
  weekday: number;
  hour: number;
  minute: number;
  second: number;
}

const MINUTE = 60_000;
export const DAY = 86_400_000;

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(zone: string): Intl.DateTimeFormat {
  let found = formatters.get(zone);
  if (!found) {
    found = new Intl.DateTimeFormat('en-US-u-nu-latn', {
      timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric',
      hour: 'numeric', minute: 'numeric', second: 'numeric',
    });
    formatters.set(zone, found);
  }
  return found;
}

export function wallOf(instant: number, zone: string): Wall {
  const found: Record<string, number> = {};
  for (const part of formatter(zone).formatToParts(instant)) found[part.type] = Number(part.value);
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = found;
  const weekday = new Date(Date.UTC(year, month - 1, day)).getUTCDay() || 7;
  return { year, month, day, weekday, hour, minute, second };
}

function asUtc(wall: Wall): number {
  return Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute, wall.second);
}

/** The instant at which the wall shows this date and minute; minutes may exceed a day. */
export function instantOf(
  year: number, month: number, day: number, minute: number, zone: string,
): number {
  const wanted = Date.UTC(year, month - 1, day) + minute * MINUTE;
  let guess = wanted;
  // Twice, because the offset at the first guess may be that of the other side of a change.
  for (let step = 0; step < 2; step++) guess += wanted - asUtc(wallOf(guess, zone));
  return guess;
}

/** Start of the local day that is `days` after the one of `instant`. */
export function dayStart(instant: number, zone: string, days = 0): number {
  const wall = wallOf(instant, zone);
  return instantOf(wall.year, wall.month, wall.day + days, 0, zone);
}

/** 2026-11-20: for addresses and for asking the server. */
export function dayKey(instant: number, zone: string): string {
  const { year, month, day } = wallOf(instant, zone);
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

/** The month before (-1), of (0) or after an instant, as 2026-11. */
export function monthKey(instant: number, zone: string, months = 0): string {
  const { year, month } = wallOf(instant, zone);
  const count = year * 12 + month - 1 + months;
  return `${Math.floor(count / 12)}-${String((count % 12) + 1).padStart(2, '0')}`;
}

/** Start of the month of a key, or of one that many months after it. */
export function monthStart(key: string, zone: string, months = 0): number {
  const [year = 0, month = 1] = key.split('-').map(Number);
  const count = year * 12 + month - 1 + months;
  return instantOf(Math.floor(count / 12), (count % 12) + 1, 1, 0, zone);
}

const WEEKDAYS = {
  bn: ['সোমবার', 'মঙ্গলবার', 'বুধবার', 'বৃহস্পতিবার', 'শুক্রবার', 'শনিবার', 'রবিবার'],
  en: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'],
};
const SHORT_WEEKDAYS = {
  bn: ['সোম', 'মঙ্গল', 'বুধ', 'বৃহঃ', 'শুক্র', 'শনি', 'রবি'],
  en: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'],
};
const MONTHS = {
  bn: ['জানুয়ারি', 'ফেব্রুয়ারি', 'মার্চ', 'এপ্রিল', 'মে', 'জুন', 'জুলাই', 'আগস্ট', 'সেপ্টেম্বর',
    'অক্টোবর', 'নভেম্বর', 'ডিসেম্বর'],
  en: ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September',
    'October', 'November', 'December'],
};
const RELATIVE = {
  bn: { '-1': 'গতকাল', '0': 'আজ', '1': 'আগামীকাল' } as Record<string, string>,
  en: { '-1': 'Yesterday', '0': 'Today', '1': 'Tomorrow' } as Record<string, string>,
};

export const weekdayWord = (weekday: number, language: Language) =>
  WEEKDAYS[language][weekday - 1] ?? '';
export const shortWeekday = (weekday: number, language: Language) =>
  SHORT_WEEKDAYS[language][weekday - 1] ?? '';
export const monthWord = (month: number, language: Language) => MONTHS[language][month - 1] ?? '';

/** The word for a part of the day: clearer than AM and PM. */
export function dayPart(hour: number, language: Language): string {
  if (language === 'en') return hour < 12 ? 'am' : 'pm';
  if (hour < 4) return 'রাত';
  if (hour < 6) return 'ভোর';
  if (hour < 12) return 'সকাল';
  if (hour < 16) return 'দুপুর';
  if (hour < 18) return 'বিকাল';
  if (hour < 20) return 'সন্ধ্যা';
  return 'রাত';
}

function face(wall: Wall, language: Language, seconds: boolean): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const end = seconds ? `:${two(wall.second)}` : '';
  return digits(`${wall.hour % 12 || 12}:${two(wall.minute)}${end}`, language);
}

/** "সকাল ১০:৩০" or "10:30 am". */
export function clockText(wall: Wall, language: Language, seconds = false): string {
  const part = dayPart(wall.hour, language);
  const time = face(wall, language, seconds);
  return language === 'bn' ? `${part}\u00a0${time}` : `${time}\u00a0${part}`;
}

/** "সকাল ১০:০০–১১:৩০"; both day parts when they differ. */
export function rangeText(from: Wall, to: Wall, language: Language): string {
  const parts = [dayPart(from.hour, language), dayPart(to.hour, language)];
  if (parts[0] !== parts[1])
    return `${clockText(from, language)} – ${clockText(to, language)}`;
  const faces = `${face(from, language, false)}–${face(to, language, false)}`;
  return language === 'bn' ? `${parts[0]}\u00a0${faces}` : `${faces}\u00a0${parts[0]}`;
}

/** "২০ নভেম্বর, ২০২৬". */
export function dateText(wall: Wall, language: Language): string {
  const month = monthWord(wall.month, language);
  const comma = language === 'bn' ? ',' : '';
  return digits(`${wall.day} ${month}${comma} ${wall.year}`, language);
}

/** Today, tomorrow or yesterday as a word; else weekday and date without the year. */
export function dayText(instant: number, now: number, zone: string, language: Language): string {
  const wall = wallOf(instant, zone);
  const apart = Math.round((dayStart(instant, zone) - dayStart(now, zone)) / DAY);
  const word = RELATIVE[language][String(apart)];
  if (word) return word;
  const date = digits(`${wall.day} ${monthWord(wall.month, language)}`, language);
  const text = `${weekdayWord(wall.weekday, language)}, ${date}`;
  return Math.abs(apart) < 180 ? text : dateText(wall, language);
}

/** "নভেম্বর ২০২৬" from 2026-11. */
export function monthText(key: string, language: Language): string {
  const [year = '', month = '1'] = key.split('-');
  return `${monthWord(Number(month), language)} ${digits(year, language)}`;
}

/** The days of a week that begins on `starts` (1 is Monday). */
export const weekFrom = (starts: number): number[] =>
  Array.from({ length: 7 }, (_, after) => ((starts - 1 + after) % 7) + 1);
