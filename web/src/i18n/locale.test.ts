import '../testing.ts';
import assert from 'node:assert/strict';
import { registerHooks } from 'node:module';
import test from 'node:test';
import { choose, chosen, locale, speak, t } from './locale.svelte.ts';

test('English that does not arrive leaves Bangla, and the next try may have it', async () => {
  const cut = registerHooks({
    resolve(specifier, context, next) {
      if (specifier.endsWith('en.json')) throw new Error('no connection');
      return next(specifier, context);
    },
  });
  assert.equal(await choose('en'), false);
  assert.equal(locale.language, 'bn');
  assert.equal(t('app.logOut'), 'লগ আউট');
  cut.deregister();
  assert.equal(await speak('en'), true);
  assert.equal(locale.language, 'en');
  assert.equal(t('app.logOut'), 'Log out');
  assert.equal(await speak('bn'), true);
  assert.equal(chosen(), undefined);
});
