// How much of what I was told I have not read.

import { api, take } from '../api/client.ts';
import { Loaded } from '../kit/loaded.svelte.ts';
import { on } from './live.svelte.ts';

/** The event goes to everybody: they do not all ask at the same moment. */
const SPREAD_MS = 2000;

export const unread = new Loaded(async () =>
  (await take(api.GET('/api/v1/notices', { params: { query: { limit: 1 } } }))).unread);

/** Keeps the count true; what it returns ends it. */
export function followNotices(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const soon = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      void unread.refresh();
    }, Math.random() * SPREAD_MS);
  };
  void unread.refresh();
  const ends = [on('notice', soon), on('resync', soon)];
  return () => {
    clearTimeout(timer);
    for (const end of ends) end();
  };
}
