// Types of work: a word for each that is known, and which of them machines do by the piece.

import { known, t } from '../i18n/locale.svelte.ts';

const SETTING = /^work\.(.+)\.seconds$/;

/** The type of work whose length a setting is; undefined for every other setting. */
export const workOf = (setting: string): string | undefined => SETTING.exec(setting)?.[1];
export const settingOf = (work: string): string => `work.${work}.seconds`;

/** What it is called; one that has no words is shown as it was entered. */
export function workWord(work: string): string {
  const key = `work.${work}`;
  return known(key) ? t(key) : work;
}

interface Setting {
  name: string;
  value: number | null;
  standing?: string;
}

/** What can be asked for by the piece now, each once. */
export function worksOf(settings: Setting[]): string[] {
  const found = settings
    .filter(({ value, standing }) => value !== null && standing === 'now')
    .map(({ name }) => workOf(name))
    .filter((one) => one !== undefined);
  return [...new Set(found)].toSorted();
}
