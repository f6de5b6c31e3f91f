// What every test begins with: the demo, people who are signed in, and a page that must not
// break a rule of its own policy or throw.

import { test as base, expect, type Page } from '@playwright/test';
import { Person, type Role } from './api.ts';
import type { Demo } from './demo.ts';

interface World {
  demo: Demo;
  /** A person of the demo over the API; logged in once for all tests. */
  person: (role: Role) => Promise<Person>;
  /** Signs the page in and opens an address. */
  open: (role: Role, address?: string, language?: 'bn' | 'en', page?: Page) => Promise<void>;
  /** Watches another page like the first one. */
  watch: (page: Page) => Promise<void>;
  clean: void;
}

const people = new Map<Role, Promise<Person>>();

async function watchFaults(page: Page, faults: string[]): Promise<void> {
  page.on('pageerror', (fault) => faults.push(`error: ${fault.message}`));
  await page.exposeFunction('tellFault', (text: string) => faults.push(text));
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) =>
      (globalThis as unknown as { tellFault: (text: string) => void }).tellFault(
        `policy: ${event.violatedDirective} ${event.blockedURI}`,
      ));
  });
}

export const test = base.extend<World & { faults: string[] }>({
  demo: async ({}, use) => use(JSON.parse(process.env.KARKHANA_RUNNING!) as Demo),
  baseURL: async ({ demo }, use) => use(demo.address),
  faults: async ({}, use) => use([]),
  person: async ({ demo }, use) => {
    await use((role) => {
      const found = people.get(role) ?? Person.logIn(demo, role);
      people.set(role, found);
      return found;
    });
  },
  watch: async ({ faults }, use) => use((page) => watchFaults(page, faults)),
  clean: [async ({ page, watch, faults }, use) => {
    await watch(page);
    await use();
    expect(faults, 'what the page did wrong').toEqual([]);
  }, { auto: true }],
  open: async ({ page, person, demo }, use) => {
    await use(async (role, address = '/', language = 'bn', where = page) => {
      await where.context().addCookies(await (await person(role)).cookies());
      await where.addInitScript((chosen) => {
        localStorage.setItem('karkhana.signed-in', '1');
        localStorage.setItem('karkhana.language', chosen);
      }, language);
      await where.goto(demo.address + address);
      await where.locator('#main').waitFor();
    });
  },
});

export { expect };
