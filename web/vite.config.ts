import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// Where `npm run dev` finds the daemon.
const daemon = 'http://127.0.0.1:8080';

// What several desks use and the first page does not.
const parts = 'BookingBadge|EnterprisePicker|RegisterItem|RegisterTable|formula|grouped|' +
  'calendar|slots|QuoteBox|DayField|TimeSelect|dayMinutes|DayChips|FindBox|work|WorkPicture|' +
  'drawings';
const kit = 'Chips|More|Select';
const shared = new RegExp(`src/(parts/(${parts})|kit/(${kit}))\\.`);

export default defineConfig({
  plugins: [svelte()],
  publicDir: 'src/static',
  build: {
    target: 'es2022',
    // Every asset is a file of its own: the policy of the page allows no data: scripts or styles.
    assetsInlineLimit: 0,
    // All styles come with the page: seven kilobytes, and no round trip for any desk.
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          // One file, not ten: each would be a request of its own.
          groups: [{ name: 'common', test: shared, includeDependenciesRecursively: false }],
        },
      },
    },
    reportCompressedSize: false,
  },
  server: { proxy: { '/api': daemon } },
});
