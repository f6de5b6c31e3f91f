import '../testing.ts';
import assert from 'node:assert/strict';
import test from 'node:test';
import { Refusal, unreachable } from '../api/refusal.ts';
import { Command } from './command.svelte.ts';

type Outcome = 'made' | Refusal;

/** A command that meets these outcomes one after another, and what it sent. */
function meeting(outcomes: Outcome[]) {
  const sent: { body: object; key: string }[] = [];
  const command = new Command(async (body: object, key: string) => {
    sent.push({ body, key });
    const outcome = outcomes.shift()!;
    if (outcome instanceof Refusal) throw outcome;
    return outcome;
  });
  return { command, sent };
}

test('what got no answer is kept as it was and tried again with its key', async () => {
  const { command, sent } = meeting([unreachable(), new Refusal(503, {}), 'made']);
  const body = { amount: 40, reference: 'a' };
  assert.equal(await command.run(body), undefined);
  assert.deepEqual(command.pending, body);
  assert.equal(await command.run(command.pending!), undefined);
  assert.deepEqual(command.pending, body);
  assert.equal(await command.run(command.pending!), 'made');
  assert.equal(command.pending, undefined);
  assert.equal(command.refusal, undefined);
  assert.equal(new Set(sent.map(({ key }) => key)).size, 1);
});

test('a decided no leaves nothing open, and the next try is another one', async () => {
  const no = new Refusal(422, { code: 'overpaid' });
  const { command, sent } = meeting([unreachable(), no, 'made']);
  await command.run({ amount: 40 });
  await command.run({ amount: 40 });
  assert.equal(command.pending, undefined);
  assert.equal(command.refusal?.code, 'overpaid');
  await command.run({ amount: 40 });
  assert.equal(sent[0]!.key, sent[1]!.key);
  assert.notEqual(sent[1]!.key, sent[2]!.key);
});

test('every part of what is sent decides about the key', async () => {
  const { command, sent } = meeting([unreachable(), 'made']);
  await command.run({ amount: 40, reference: 'a' });
  await command.run({ amount: 40, reference: 'b' });
  assert.notEqual(sent[0]!.key, sent[1]!.key);
});
