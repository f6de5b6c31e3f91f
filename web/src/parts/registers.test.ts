import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Register } from '../api/types.ts';
import { byMeter, serialsOf, sumOf, versionsBefore } from './registers.ts';

const reg = (channel: number, edge: Register['edge'], wh: number, part?: number): Register => ({
  channel, edge, at: '2026-11-21T10:00:00+06:00', value_wh: wh, words: '', quality: 'good',
  method: 'read',
  share: part === undefined ? null
    : { part_wh: part, least_wh: 0, most_wh: wh, split: 'rated_power', weight: 1, weights: 2 },
});

test('a job on two meters is the sum of both', () => {
  const registers = [reg(1, 'start', 100), reg(1, 'stop', 180), reg(3, 'start', 5),
    reg(3, 'boundary', 9), reg(3, 'stop', 12)];
  assert.equal(sumOf(registers), 87);
  assert.deepEqual(byMeter(registers).map((one) => one.between.length), [0, 1]);
});

test('of a shared meter a job has its parts', () => {
  assert.equal(sumOf([reg(1, 'start', 100), reg(1, 'boundary', 160, 40), reg(1, 'stop', 180, 20)]),
    60);
});

test('nothing is summed up before every meter has its STOP', () => {
  assert.equal(sumOf([reg(1, 'start', 100), reg(1, 'stop', 180), reg(3, 'start', 5)]), undefined);
  assert.equal(sumOf([]), undefined);
});

test('a corrected register has what it said before beside it, the latest first', () => {
  const now = { ...reg(1, 'stop', 190), version: 3 };
  const before = [reg(1, 'start', 90), { ...reg(1, 'stop', 180), version: 1 },
    { ...reg(1, 'stop', 185), version: 2 }, { ...reg(3, 'stop', 5), version: 1 }];
  assert.deepEqual(versionsBefore(now, before).map((one) => one.value_wh), [185, 180]);
  assert.deepEqual(versionsBefore(reg(1, 'start', 100), before), []);
});

test('where a meter was exchanged both numbers are named', () => {
  const of = (edge: Register['edge'], serial: string) => ({ ...reg(1, edge, 100), serial });
  assert.deepEqual(serialsOf([of('start', 'A'), of('final', 'A'), of('initial', 'B'),
    of('stop', 'B')]), ['A', 'B']);
  assert.deepEqual(serialsOf([of('start', '')]), []);
});
