import { defineConfig } from '@playwright/test';
import { browser, desk, phone } from './support/browsers.ts';

export default defineConfig({
  ...browser,
  testMatch: '*.spec.ts',
  globalSetup: './support/setup.ts',
  workers: 1,
  // A browser on a busy machine may miss a beat; a story that fails three times is broken.
  retries: process.env.CI ? 2 : 0,
  timeout: 120_000,
  globalTimeout: 1_500_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  projects: [
    // The road uses sizes of its own, and a phone has no keyboard.
    {
      name: 'phone', use: phone,
      testIgnore: ['road.spec.ts', 'keyboard.spec.ts', 'names.spec.ts'],
    },
    { name: 'desk', use: desk, testIgnore: 'names.spec.ts' },
    // Leaves names behind that no other story wants to meet: a facility of its own.
    { name: 'names', use: desk, testMatch: 'names.spec.ts' },
  ],
});
