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
  /**
   * What has been sent and may have happened. Forms show it as it was and let nobody change it
   * until an answer has come: anything else would be a second wish beside the first.
   */
  pending = $state.raw<Body>();
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
      this.#refused(body, fault);
      return undefined;
    } finally {
      this.busy = false;
    }
  }

  #refused(body: Body, refusal: Refusal): void {
    this.refusal = refusal;
    const decided = refusal.status !== 0 && refusal.status < 500;
    this.pending = decided ? undefined : body;
    // A decided "no" has spent its key; only what may still have happened is tried with it again.
    if (decided) this.#key = '';
  }

  reset(): void {
    this.refusal = undefined;
    this.pending = undefined;
    this.#key = '';
  }
}
