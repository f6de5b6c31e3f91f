// Texts by key, with {values} filled in. Keys and their languages are compared by the compiler.

import type en from './en.json';
import { digits, integer, type Language } from './digits.ts';

export type Catalogue = typeof en;
export type Key = {
  [Group in keyof Catalogue & string]: `${Group}.${keyof Catalogue[Group] & string}`;
}[keyof Catalogue & string];
export type Values = Record<string, string | number>;

function textOf(catalogue: Catalogue, key: string): string | undefined {
  const dot = key.indexOf('.');
  const group = (catalogue as Record<string, Record<string, string>>)[key.slice(0, dot)];
  return group?.[key.slice(dot + 1)];
}

/** The text of a key. "one|many" is chosen by the value `n`; numbers get the language's digits. */
export function fill(catalogue: Catalogue, key: Key, language: Language, values: Values = {}) {
  const forms = (textOf(catalogue, key) ?? key).split('|');
  const text = (values.n === 1 ? forms[0] : forms.at(-1)) ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (typeof value === 'number')
      return Number.isInteger(value) ? integer(value, language) : digits(String(value), language);
    return value ?? '';
  });
}

/** Is there a text for a key that came from the server, such as problem.<code>? */
export function isKey(catalogue: Catalogue, key: string): key is Key {
  return textOf(catalogue, key) !== undefined;
}
