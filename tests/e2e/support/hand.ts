// A person at the desk, whose inputs and seconds are counted.

import type { Page } from '@playwright/test';
import { expect } from './world.ts';

const MOST_INPUTS = 5;
const MOST_SECONDS = 20;

/** Every input of a person goes through here: a tap, a key, or one thing typed. */
export class Hand {
  inputs = 0;
  #began = Date.now();
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  async type(text: string): Promise<void> {
    this.inputs++;
    await this.#page.keyboard.type(text);
  }

  async press(key: string): Promise<void> {
    this.inputs++;
    await this.#page.keyboard.press(key);
  }

  async tap(selector: string, text?: string | RegExp): Promise<void> {
    this.inputs++;
    await this.#page.locator(selector, text ? { hasText: text } : {}).first().click();
  }

  /** The judge of a screen takes seconds that are not the person's. */
  async aside(look: () => Promise<void>): Promise<void> {
    const since = Date.now();
    await look();
    this.#began += Date.now() - since;
  }

  done(what: string): void {
    const seconds = (Date.now() - this.#began) / 1000;
    console.log(`${what}: ${this.inputs} inputs, ${seconds.toFixed(1)} s`);
    expect(this.inputs).toBeLessThanOrEqual(MOST_INPUTS);
    expect(seconds).toBeLessThan(MOST_SECONDS);
  }
}

/** A telephone number that nobody else has; its end is what people say. */
export const number = () => `017${String(Math.floor(Math.random() * 1e8)).padStart(8, '0')}`;

export const who = (page: Page) => page.getByRole('searchbox');
export const booked = (page: Page) => page.getByRole('heading', { name: /^বুকিং হয়েছে/ });
/** The button that books, with the price on it. */
export const ready = (page: Page) => page.locator('button.main', { hasText: '৳' });
