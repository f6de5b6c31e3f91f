import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Register } from '../api/types.ts';
import { byMeter, sumOf } from './registers.ts';

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
