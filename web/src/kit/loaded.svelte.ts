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
      const page = await ask(this.next);
      this.items = [...this.items, ...page.items];
      this.next = page.next;
    });
  }

  refresh(): Promise<void> {
    return this.first.refresh();
  }
}
