// What a screen asks the server for, and how far it has come.

import { Refusal } from '../api/refusal.ts';

const asRefusal = (fault: unknown): Refusal => {
  if (fault instanceof Refusal) return fault;
  throw fault;
};

/** One answer that can be asked for again; the old value stays until the new one is here. */
export class Loaded<T> {
  value = $state.raw<T>();
  refusal = $state.raw<Refusal>();
  busy = $state(false);
  #ask: () => Promise<T>;
  #turn = 0;

  constructor(ask: () => Promise<T>) {
    this.#ask = ask;
  }

  async refresh(): Promise<void> {
    const turn = ++this.#turn;
    this.busy = true;
    try {
      const value = await this.#ask();
      if (turn !== this.#turn) return;
      this.value = value;
      this.refusal = undefined;
    } catch (fault) {
      if (turn === this.#turn) this.refusal = asRefusal(fault);
    } finally {
      if (turn === this.#turn) this.busy = false;
    }
  }
}

export interface Page<T> {
  items: T[];
  next: string | null;
}

/**
 * A list from end to end, for what has to be shown from its last page on. After so many pages it
 * stops, and `next` says that there is more.
 */
export async function wholeList<T>(
  ask: (cursor?: string) => Promise<Page<T>>, from?: string, most = 20,
): Promise<Page<T>> {
  let page = await ask(from);
  const items = [...page.items];
  for (let asked = 1; page.next !== null && asked < most; asked++) {
    page = await ask(page.next);
    items.push(...page.items);
  }
  return { items, next: page.next };
}

/** A list that comes page by page. */
export class Pages<T> {
  items = $state.raw<T[]>([]);
  next = $state<string | null>(null);
  first: Loaded<Page<T>>;
  more: Loaded<void>;

  constructor(ask: (cursor?: string) => Promise<Page<T>>) {
    this.first = new Loaded(async () => {
      const page = await ask();
      this.items = page.items;
      this.next = page.next;
      return page;
    });
    this.more = new Loaded(async () => {
      if (this.next === null) return;
      const before = this.items;
      const page = await ask(this.next);
      // Meanwhile the list may have begun again, and then this is no longer what follows.
      if (this.items !== before) return;
      this.items = [...this.items, ...page.items];
      this.next = page.next;
    });
  }

  refresh(): Promise<void> {
    return this.first.refresh();
  }
}
