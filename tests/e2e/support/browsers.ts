// The two sizes that people have, and the browser of the machine that runs the tests.

import type { PlaywrightTestConfig } from '@playwright/test';

const args = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

export const browser: PlaywrightTestConfig = {
  testDir: '.',
  outputDir: './test-results',
  use: {
    browserName: 'chromium',
    launchOptions: { executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args },
    locale: 'bn-BD',
    timezoneId: 'Asia/Dhaka',
    serviceWorkers: 'block',
    trace: 'off',
  },
};

export const phone = {
  viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true,
};
export const desk = { viewport: { width: 1366, height: 768 } };
