import { holdsTheRules } from './support/rules.ts';
import { expect, test } from './support/world.ts';

const NAME = 'input[name=username]';
const PASSWORD = 'input[name=password]';

for (const role of ['manager', 'operator', 'member', 'accountant'] as const) {
  test(`${role} logs in and out`, async ({ page, demo }) => {
    const { login, password } = demo.logins[role];
    await page.goto('/');
    await page.fill(NAME, login);
    await page.fill(PASSWORD, password);
    await page.getByRole('button', { name: 'লগ ইন করুন' }).click();
    await expect(page.locator('[data-machine]')).toHaveCount(6);

    if (page.viewportSize()!.width < 900) await page.getByRole('button', { name: 'আরও' }).click();
    await page.getByRole('button', { name: 'লগ আউট' }).locator('visible=true').click();
    await expect(page.locator(NAME)).toBeVisible();
    await page.reload();
    await expect(page.locator(NAME)).toBeVisible();
  });
}

test('a wrong password is said in words, with the code at the end', async ({ page }) => {
  await page.goto('/');
  await page.fill(NAME, 'nobody');
  await page.fill(PASSWORD, 'not the password');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('পাসওয়ার্ড ঠিক নেই');
  await expect(page.getByRole('alert')).toContainText('bad_credentials');
  await expect(page.locator(NAME)).toHaveValue('nobody');
  await holdsTheRules(page);
});

test('too many tries: the wait is shown and counted down', async ({ page }) => {
  await page.route('**/api/v1/session', (route) => route.fulfill({
    status: 429, contentType: 'application/problem+json', headers: { 'Retry-After': '3' },
    json: { type: '/problems/too_many_attempts', title: '', status: 429,
      code: 'too_many_attempts' },
  }));
  await page.goto('/');
  await page.fill(NAME, 'manager');
  await page.fill(PASSWORD, 'guess');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('timer')).toContainText('৩');
  await expect(page.getByRole('button', { name: 'লগ ইন করুন' })).toBeDisabled();
  await expect(page.getByRole('button', { name: 'লগ ইন করুন' })).toBeEnabled();
});

test('the language is one tap away, on the log-in and behind it', async ({ page, open }) => {
  await page.goto('/');
  await page.getByRole('button', { name: 'English' }).click();
  await expect(page.getByRole('button', { name: 'Log in' })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await page.reload();
  await expect(page.getByRole('button', { name: 'Log in' })).toBeVisible();

  await open('member');
  await page.getByRole('button', { name: 'English' }).click();
  await expect(page.getByRole('heading', { name: 'Machines now' })).toBeVisible();
});

test('a session that has ended leads to the log-in and back', async ({ page, demo }) => {
  const answer = await page.request.post(`${demo.address}/api/v1/session`, {
    data: demo.logins.member_b,
  });
  const { csrf_token: token } = await answer.json();
  await page.addInitScript(() => {
    if (!sessionStorage.getItem('once')) localStorage.setItem('karkhana.signed-in', '1');
    sessionStorage.setItem('once', '1');
  });
  await page.goto('/jobs');
  await expect(page.getByRole('heading', { name: 'কাজ' })).toBeVisible();
  await page.request.delete(`${demo.address}/api/v1/session`, {
    headers: { 'X-CSRF-Token': token },
  });
  await page.getByRole('link', { name: 'বুকিং', exact: true }).locator('visible=true').click();
  await expect(page.locator(NAME)).toBeVisible();
  await page.fill(NAME, demo.logins.member_b.login);
  await page.fill(PASSWORD, demo.logins.member_b.password);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'আমার বুকিং' })).toBeVisible();
});

test('a log-out that did not get through says so', async ({ page, demo }) => {
  await page.goto('/');
  await page.fill(NAME, demo.logins.member_b.login);
  await page.fill(PASSWORD, demo.logins.member_b.password);
  await page.keyboard.press('Enter');
  await expect(page.locator('[data-machine]').first()).toBeVisible();
  if (page.viewportSize()!.width < 900) await page.getByRole('button', { name: 'আরও' }).click();
  const leave = page.getByRole('button', { name: 'লগ আউট' }).locator('visible=true');
  await page.route('**/api/v1/session', (route) => route.abort());
  await leave.click();
  await expect(page.getByText('এখনও লগ ইন আছেন')).toBeVisible();
  await expect(page.getByRole('alert')).toContainText('network');
  await holdsTheRules(page);
  await page.unroute('**/api/v1/session');
  await leave.click();
  await expect(page.locator(NAME)).toBeVisible();
});

test('English that does not arrive leaves Bangla and a word about it', async ({ page, open }) => {
  await page.route('**/assets/en-*.js', (route) => route.abort());
  await open('member');
  await page.getByRole('button', { name: 'English' }).click();
  await expect(page.getByText('ইংরেজি আনা গেল না')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'মেশিন এখন' })).toBeVisible();
  await page.unroute('**/assets/en-*.js');
  await page.getByRole('button', { name: 'English' }).click();
  await expect(page.getByRole('heading', { name: 'Machines now' })).toBeVisible();
});

test('a log-in goes on in Bangla when English does not arrive', async ({ page, demo }) => {
  await page.addInitScript(() => localStorage.setItem('karkhana.language', 'en'));
  await page.route('**/assets/en-*.js', (route) => route.abort());
  await page.goto('/');
  await page.fill(NAME, demo.logins.member_b.login);
  await page.fill(PASSWORD, demo.logins.member_b.password);
  await page.keyboard.press('Enter');
  await expect(page.locator('[data-machine]').first()).toBeVisible();
});

test('no connection is said as what it is, and can be tried again', async ({ page, open }) => {
  await open('member');
  await page.route('**/api/v1/me', (route) => route.abort());
  await page.reload();
  await expect(page.getByRole('alert')).toContainText('সংযোগ নেই');
  await page.unroute('**/api/v1/me');
  await page.getByRole('button', { name: 'আবার চেষ্টা করুন' }).click();
  await expect(page.locator('[data-machine]').first()).toBeVisible();
});
