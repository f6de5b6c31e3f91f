import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';
import bn from './bn.json' with { type: 'json' };
import { fill, isKey } from './catalogue.ts';
import en from './en.json' with { type: 'json' };
import { MISMATCHES } from '../kit/mismatches.ts';

const flat = (texts: Record<string, Record<string, string>>) =>
  Object.entries(texts).flatMap(([group, keys]) =>
    Object.entries(keys).map(([key, text]): [string, string] => [`${group}.${key}`, text]),
  );
const values = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort().join();

test('both languages say the same things', () => {
  const [english, bangla] = [new Map(flat(en)), new Map(flat(bn))];
  assert.deepEqual([...english.keys()].sort(), [...bangla.keys()].sort());
  for (const [key, text] of english)
    assert.equal(values(bangla.get(key)!), values(text), `values of ${key}`);
});

test('no Latin digit in Bangla', () => {
  for (const [key, text] of flat(bn)) assert.doesNotMatch(text, /[0-9]/, key);
});

test('values are filled in with the digits of the language, one and many told apart', () => {
  assert.equal(fill(en, 'unit.n_piece', 'en', { n: 1 }), '1 piece');
  assert.equal(fill(en, 'unit.n_piece', 'en', { n: 1200 }), '1,200 pieces');
  assert.equal(fill(bn, 'unit.n_piece', 'bn', { n: 1200 }), '১,২০০ পিস');
  assert.ok(isKey(en, 'problem.slot_taken'));
  assert.ok(!isKey(en, 'problem.no_such_code'));
});

test('in English one of something is told from many', () => {
  assert.match(fill(en, 'billing.did', 'en', { n: 1, month: 'May', money: '' }), /one bill,/);
  for (const [key, text] of flat(en))
    if (/\{n\} [a-z]+s\b/.test(text)) assert.match(text, /\|/, key);
});

/** The sources of the server by their names. */
function sourcesOfServer(): [name: string, text: string][] {
  const root = new URL('../../../server/', import.meta.url);
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => /^(?!.*node_modules).*\.(cpp|hpp)$/.test(name))
    .map((name) => [name, readFileSync(new URL(name, root), 'utf8')]);
}

/** Codes that the server writes into a problem document. */
function codesOfServer(): Set<string> {
  const code = new RegExp(
    String.raw`(?:(?:refuse\(|\{)\s*ErrorKind::\w+,|problem_of\(\s*\d+,|Refusal\{\d+,)\s*"(\w+)"` +
      String.raw`|\b(?:bad|fail)\(\s*"(\w+)"`,
    'g',
  );
  const found = new Set<string>();
  for (const [name, text] of sourcesOfServer()) {
    // What only the command line says never reaches a screen.
    if (name.startsWith('app')) continue;
    for (const match of text.matchAll(code)) found.add((match[1] ?? match[2])!);
  }
  return found;
}

/** Actions that the server writes into the audit trail. */
function actionsOfServer(): Set<string> {
  const telling = new RegExp(
    String.raw`\b(?:append_audit|append_change|(?:insert|update)_granted|change_once|tell` +
      String.raw`|change|change_money|step)\([^;]*;`,
    'g',
  );
  const found = new Set<string>();
  for (const [, text] of sourcesOfServer())
    for (const [call] of text.matchAll(telling))
      for (const match of call.matchAll(/"([a-z]+[A-Z]\w*)"/g)) found.add(match[1]!);
  return found;
}

test('every code of a refusal has words', () => {
  const codes = codesOfServer();
  assert.ok(codes.size > 50, 'the server has codes');
  const silent = [...codes].filter((code) => !isKey(bn, `problem.${code}`))
    .filter((code) => !MISMATCHES.includes(code));
  assert.deepEqual(silent, []);
});

test('everything that the audit trail tells has words', () => {
  const actions = actionsOfServer();
  for (const known of ['createBooking', 'stopBooking', 'createToken', 'enablePerson', 'saveWeek'])
    assert.ok(actions.has(known), known);
  assert.deepEqual([...actions].filter((action) => !isKey(bn, `action.${action}`)), []);
});

test('every fault of a line has words', () => {
  const source = readFileSync(
    new URL('../../../devices/modbus/frame.cpp', import.meta.url), 'utf8');
  const [, list = ''] = /std::string_view, fault_count> names = \{([^}]*)\}/.exec(source) ?? [];
  const faults = [...list.matchAll(/"(\w+)"/g)].map((match) => match[1]!);
  assert.ok(faults.length > 10, 'the lines have faults');
  assert.deepEqual(faults.filter((fault) => !isKey(bn, `fault.${fault}`)), []);
});

test('one and many are told apart by the number, not by its text', () => {
  const root = new URL('../', import.meta.url);
  for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.svelte')) continue;
    assert.doesNotMatch(readFileSync(new URL(name, root), 'utf8'), /\bn: (num|own)\(/, name);
  }
});
