import assert from 'node:assert/strict';
import test from 'node:test';
import type { DeviceCandidate } from '../../api/types.ts';
import { toml } from './toml.ts';

const meter: DeviceCandidate = {
  profile: 'eastron_sdm120', maker: 'Eastron', models: ['SDM120'], turned: false,
  switches: false, serial: '17', evidence: [],
};

test('a device that is sure is ready to be pasted', () => {
  assert.equal(toml('the "hall"', [
    { unit: 7, recognition: { sure: true, candidates: [meter] } },
  ]), [
    '# Unit 7: Eastron SDM120.', '[[device]]', 'name = "the \\"hall\\" 7"',
    'line = "the \\"hall\\""', 'unit = 7', 'profile = "eastron_sdm120"', 'serial = 17',
    '# machine = ""  # the one it measures',
  ].join('\n'));
});

test('what is not sure says what else it may be', () => {
  const other = { ...meter, profile: 'eastron_sdm230' };
  const text = toml('hall', [
    { unit: 7, recognition: { sure: false, candidates: [meter, other] } },
    { unit: 8, recognition: { sure: false, candidates: [] } },
  ]);
  assert.match(text, /^# Unit 7: perhaps eastron_sdm120, or eastron_sdm230\.$/m);
  assert.match(text, /^# Unit 8: it answers, and nothing known fits\.$/m);
  assert.equal(text.match(/\[\[device\]\]/g)?.length, 1);
});

test('what is set up already is a comment', () => {
  const recognition = { sure: true, candidates: [meter] };
  const text = toml('hall', [{ unit: 7, recognition, device: 'Meter laser 1' }]);
  assert.match(text, /^# It is set up already, as "Meter laser 1"\.$/m);
  for (const line of text.split('\n')) assert.match(line, /^#/);
});

test('a device whose words are turned is configured so', () => {
  const board = { ...meter, turned: true, switches: true, serial: null };
  const text = toml('hall', [{ unit: 7, recognition: { sure: true, candidates: [board] } }]);
  assert.match(text, /^other_word_order = true\nrelays = \[\]/m);
});
