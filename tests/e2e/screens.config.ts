import { defineConfig } from '@playwright/test';
import { browser, desk, phone } from './support/browsers.ts';

export default defineConfig({
  ...browser,
  testMatch: '*.shots.ts',
  globalSetup: './support/setup.ts',
  workers: 1,
  timeout: 600_000,
  reporter: [['list']],
  projects: [
    { name: 'phone', use: phone },
    { name: 'desk', use: desk },
  ],
});
