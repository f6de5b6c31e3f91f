// A change that the server is asked for.

import { mintKey } from '../api/client.ts';
import { Refusal } from '../api/refusal.ts';

/**
 * Sends a change at most once at a time. The idempotency key is made before the first sending and
 * kept while the same thing is tried again, so that a lost answer never does anything twice.
 */
export class Command<Body, Answer> {
  busy = $state(false);
  refusal = $state.raw<Refusal>();
  #send: (body: Body, key: string) => Promise<Answer>;
  #key = '';
  #sent = '';

  constructor(send: (body: Body, key: string) => Promise<Answer>) {
    this.#send = send;
  }

  /** The answer; undefined when it was refused (see `refusal`) or is already on its way. */
  async run(body: Body): Promise<Answer | undefined> {
    if (this.busy) return undefined;
    const text = JSON.stringify(body);
    if (!this.#key || text !== this.#sent) this.#key = mintKey();
    this.#sent = text;
    this.busy = true;
    try {
      const answer = await this.#send(body, this.#key);
      this.reset();
      return answer;
    } catch (fault) {
      if (!(fault instanceof Refusal)) throw fault;
      this.refusal = fault;
      // A decided "no" has spent its key; only what may still have happened is tried with it again.
      if (fault.status !== 0 && fault.status < 500) this.#key = '';
      return undefined;
    } finally {
      this.busy = false;
    }
  }

  reset(): void {
    this.refusal = undefined;
    this.#key = '';
  }
}
