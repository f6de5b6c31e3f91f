// Words for times of the day and for the numbers of the rules.

import type { components } from '#contract';
import { duration, known, money, num, t } from '../../i18n/locale.svelte.ts';
import { minuteText } from '../../parts/dayMinutes.ts';
import { workOf, workWord } from '../../parts/work.ts';

type Schemas = components['schemas'];
export type SettingName = Schemas['SettingName'];
export type Group = Schemas['MachineGroup'];
export type Reserved = Schemas['Reserved'];
export type ReservedDraft = Schemas['ReservedDraft'];

/** What a limit is called; one that has no words yet is shown as the contract names it. */
export function settingWord(name: string): string {
  if (name === ANY_WORK) return t('setting.work_any');
  const work = workOf(name);
  if (work !== undefined) return t('setting.work_seconds', { work: workWord(work) });
  const key = `setting.${name.replace('.', '_')}`;
  return known(key) ? t(key) : name;
}

export const resourceKinds: Schemas['ResourceKind'][] = [
  'die', 'mould', 'seat', 'compressor', 'extractor', 'room', 'operator', 'power', 'other',
];

/** How the contract names the length of any type of work. */
export const ANY_WORK = 'work.*.seconds';

/** Units whose numbers stand for words. */
export const choices: Record<string, number[]> = {
  flag: [0, 1], choice: [0, 1, 2], roles: [0, 1, 2, 3],
};

/** The unit of a setting; that of a type of work is the same for all of them. */
export function unitOf(name: string, names: SettingName[]): string {
  const wanted = workOf(name) === undefined ? name : ANY_WORK;
  return names.find((one) => one.name === wanted)?.unit ?? '';
}

export function choiceWord(unit: string, value: number): string {
  const key = `rules.${unit}_${value}`;
  return known(key) ? t(key) : num(value);
}

export function valueText(unit: string, value: number | null): string {
  if (value === null) return t('rules.noLimit');
  if (choices[unit]) return choiceWord(unit, value);
  if (unit === 'minutes') return duration(value);
  if (unit === 'minute_of_day') return minuteText(value);
  if (unit === 'poisha') return money({ amount: value });
  const key = `unitOf.${unit}`;
  return known(key) ? `${num(value)} ${t(key)}` : num(value);
}
