import assert from 'node:assert/strict';
import test from 'node:test';
import '../../testing.ts';

const { percent, shrunk, tenths, ticketLooks } = await import('./care.ts');

test('a bar is between empty and full, and full only when all is used', () => {
  assert.equal(percent(0, 100), 0);
  assert.equal(percent(999, 1000), 99);
  assert.equal(percent(130, 100), 100);
  assert.equal(percent(-5, 100), 0);
  assert.equal(percent(5, 0), 0);
});

test('parts of ten thousand are shown in tenths of a percent', () => {
  assert.equal(tenths(3333), 333);
  assert.equal(tenths(6667), 667);
  assert.equal(tenths(10_000), 1000);
  assert.equal(tenths(5), 1);
});

test('a photo is made small in its proportion, and never larger', () => {
  assert.deepEqual(shrunk(4000, 3000), { width: 1280, height: 960 });
  assert.deepEqual(shrunk(3000, 4000), { width: 960, height: 1280 });
  assert.deepEqual(shrunk(640, 480), { width: 640, height: 480 });
  assert.deepEqual(shrunk(10_000, 2), { width: 1280, height: 1 });
});

test('a closed breakdown looks closed', () => {
  const ticket = { kind: 'breakdown', closed_at: null } as Parameters<typeof ticketLooks>[0];
  assert.equal(ticketLooks(ticket).tone, 'bad');
  assert.equal(ticketLooks({ ...ticket, kind: 'fault' }).tone, 'next');
  assert.equal(ticketLooks({ ...ticket, closed_at: '2026-11-22T10:00:00+06:00' }).tone, 'free');
});
