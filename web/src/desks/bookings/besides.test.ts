import assert from 'node:assert/strict';
import test from 'node:test';
import { draftOf, fitting, isPlain, nothingBesides, type Resource, type Stock } from './besides.ts';

const one = (id: string, kind: Resource['kind'], machine_id: string | null = null, capacity = 1) =>
  ({ id, kind, slug: id, name: { en: id, bn: id }, capacity, machine_id, person_id: null });
const stock: Stock = {
  items: [
    one('die', 'die'), one('broken', 'die', null, 0), one('press die', 'die', 'press'),
    one('bench', 'seat'), one('rafiq', 'operator'), one('site', 'power', null, 9000),
    one('cad', 'room', 'cad'), one('air', 'compressor'),
  ],
  needs: [{ machine_id: 'laser', resource_id: 'air', kind: null, units: 1 }],
};
const names = (...machines: string[]) => fitting(stock, machines).map(({ id }) => id);

test('a die fits every machine unless it is of one; people and power come by themselves', () => {
  assert.deepEqual(names('press'), ['die', 'press die', 'bench', 'air']);
  assert.deepEqual(names('pearl'), ['die', 'bench', 'air']);
});

test('neither the room itself nor what the machine holds anyway is asked for', () => {
  assert.deepEqual(names('cad'), ['die', 'bench', 'air']);
  assert.deepEqual(names('laser'), ['die', 'bench']);
  assert.deepEqual(names('laser', 'press'), ['die', 'press die', 'bench']);
});

test('only what is asked for goes into the draft', () => {
  assert.deepEqual(draftOf(nothingBesides), {});
  assert.deepEqual(draftOf({ resources: ['die'], trial: true, people: 3 }),
    { resources: [{ id: 'die' }], kind: 'trial', people: 3 });
});

test('a die or a trial is not repeated, more people are', () => {
  assert.ok(isPlain({ ...nothingBesides, people: 3 }));
  assert.ok(!isPlain({ ...nothingBesides, trial: true }));
  assert.ok(!isPlain({ ...nothingBesides, resources: ['die'] }));
});
