// The own way in: a first password, the second factor, tokens, PINs and help by two of the staff.

import { createHmac, randomInt } from 'node:crypto';
import type { Page } from '@playwright/test';
import { Person } from './support/api.ts';
import { holdsTheRules } from './support/rules.ts';
import { expect, test } from './support/world.ts';

/** Of letters alone: it is read on screens in Bangla. */
const unique = (): string =>
  [...`${Date.now()}${randomInt(1000)}`].map((digit) => 'abcdefghij'[Number(digit)]).join('');
const bangla = (digits: string): string =>
  digits.replace(/[0-9]/g, (digit) => '০১২৩৪৫৬৭৮৯'[Number(digit)]!);

const FIRST = 'lal-gari-77';
const OWN = 'nodir-par-dhore-9';

/** The authenticator on the telephone (RFC 6238). */
function codeNow(secret: string, steps = 0): string {
  const bits = [...secret].map((letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g)!.map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const mac = createHmac('sha1', key).update(counter).digest();
  const at = mac[19]! & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

async function comeIn(page: Page, login: string, password: string): Promise<void> {
  await page.fill('input[name=username]', login);
  await page.fill('input[name=password]', password);
  await page.keyboard.press('Enter');
}

/** Somebody new, with a first password. */
async function somebody(manager: Person, role: string, more: object = {}) {
  const login = `${role}-${unique()}`;
  const person = await manager.ask('/people', {
    login, password: FIRST, name: { bn: 'নতুন মানুষ', en: 'Somebody New' },
    roles: [{ role, ...(role === 'member' && { enterprise_id: await anEnterprise(manager) }) }],
    ...more,
  });
  return { login, id: person.id as string };
}

async function anEnterprise(manager: Person): Promise<string> {
  return (await manager.get('/enterprises')).items[0].id;
}

async function chooseOwn(page: Page): Promise<void> {
  await page.fill('input[name=old-password]', FIRST);
  await page.fill('input[name=new-password]', OWN);
  await page.getByRole('button', { name: 'সেভ করুন' }).click();
  await expect(page.locator('[data-machine]').first()).toBeVisible();
}

async function leave(page: Page): Promise<void> {
  if (page.viewportSize()!.width < 900) await page.getByRole('button', { name: 'আরও' }).click();
  await page.getByRole('button', { name: /লগ আউট|অন্যজন/ }).locator('visible=true').click();
  await expect(page.getByRole('button', { name: 'লগ ইন করুন' })).toBeVisible();
}

test('who comes with a first password chooses an own one', async ({ page, demo }) => {
  const { login } = await somebody(await Person.logIn(demo, 'manager'), 'operator');
  await page.goto('/');
  await comeIn(page, login, FIRST);
  await expect(page.getByRole('heading', { name: 'নিজের পাসওয়ার্ড ঠিক করুন' })).toBeVisible();
  await holdsTheRules(page);
  await page.fill('input[name=old-password]', FIRST);
  await page.fill('input[name=new-password]', 'bangladesh71');
  await page.getByRole('button', { name: 'সেভ করুন' }).click();
  await expect(page.locator('input[name=new-password]')).toHaveAttribute('aria-invalid', 'true');
  await chooseOwn(page);
  await page.goto('/access');
  await expect(page.locator('[data-session=this]')).toBeVisible();
  await holdsTheRules(page);
});

test('an authenticator is set up, asked for, and replaced by a code on paper', async ({
  page, demo,
}) => {
  test.setTimeout(120_000);
  const { login } = await somebody(await Person.logIn(demo, 'manager'), 'mechanic');
  await page.goto('/');
  await comeIn(page, login, FIRST);
  await chooseOwn(page);
  await page.goto('/access');
  const box = page.locator('[data-factor]');
  await box.getByRole('button', { name: 'চালু করুন' }).click();
  await box.locator('input[name=password]').fill(OWN);
  await box.getByRole('button', { name: 'চালু করুন' }).click();
  const secret = (await box.locator('.code').textContent())!;
  await expect(box.locator('svg')).toBeVisible();
  await holdsTheRules(page);
  await box.locator('input[name=code]').fill(codeNow(secret));
  await box.getByRole('button', { name: 'নিশ্চিত করুন' }).click();
  await expect(box.locator('li.code')).toHaveCount(10);
  const paper = (await box.locator('li.code').first().textContent())!;
  await holdsTheRules(page);
  await box.getByRole('button', { name: 'রেখে দিয়েছি' }).click();
  await expect(page.locator('[data-factor=true]')).toBeVisible();

  await leave(page);
  await comeIn(page, login, OWN);
  await page.fill('input[name=code]', codeNow(secret, 1));
  await page.keyboard.press('Enter');
  await expect(page.locator('[data-machine]').first()).toBeVisible();
  await leave(page);
  await comeIn(page, login, OWN);
  await page.fill('input[name=code]', paper);
  await holdsTheRules(page);
  await page.keyboard.press('Enter');
  await expect(page.locator('[data-machine]').first()).toBeVisible();
});

test('a token is made, shown once and revoked', async ({ page, open, demo }) => {
  await open('accountant', '/access');
  await page.getByRole('button', { name: 'টোকেন তৈরি করুন' }).click();
  const sheet = page.getByRole('dialog');
  const label = `excel ${unique()}`;
  await sheet.getByLabel('কী কাজের জন্য').fill(label);
  await sheet.locator('input[name=password]').fill(demo.logins.accountant.password);
  await holdsTheRules(page);
  await sheet.getByRole('button', { name: 'টোকেন তৈরি করুন' }).click();
  const token = await sheet.getByLabel('টোকেন', { exact: true }).inputValue();
  const ask = () => fetch(`${demo.address}/api/v1/me`, {
    headers: { Authorization: `Bearer ${token}` },
  });
  expect((await ask()).status).toBe(200);
  await page.keyboard.press('Escape');
  await page.locator(`[data-token="${label}"]`).getByRole('button', { name: 'বাতিল করুন' }).click();
  await expect(page.locator(`[data-token="${label}"]`)).toHaveCount(0);
  expect((await ask()).status).toBe(401);
});

test('a member comes in by PIN on a shared phone, and the next one after', async ({
  page, demo,
}) => {
  const manager = await Person.logIn(demo, 'manager');
  const phone = `017${randomInt(10_000_000, 99_999_999)}`;
  const { id } = await somebody(manager, 'member', { phone });
  const { pin } = await manager.ask(`/people/${id}/pin`, {});
  await page.goto('/');
  await page.getByRole('button', { name: 'পিন দিয়ে ঢুকুন' }).click();
  await page.fill('input[name=phone]', bangla(phone));
  await page.fill('input[name=pin]', pin === '40719' ? '40718' : '40719');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('পিন ঠিক নেই');
  await holdsTheRules(page);
  await page.fill('input[name=pin]', pin);
  await page.keyboard.press('Enter');
  await expect(page.locator('[data-machine]').first()).toBeVisible();
  await leave(page);
  await expect(page.locator('input[name=pin]')).toBeVisible();
});

test('one of the staff gets a new way in from two others', async ({ page, open, demo }) => {
  const manager = await Person.logIn(demo, 'manager');
  const { login, id } = await somebody(manager, 'operator');
  await open('accountant', `/people/${id}`);
  await page.getByRole('button', { name: 'নতুন করে ঢোকার অনুরোধ করুন' }).click();
  await page.getByLabel('কেন').fill('ফোন হারিয়েছেন');
  await holdsTheRules(page);
  await page.getByRole('button', { name: 'নতুন করে ঢোকার অনুরোধ করুন' }).click();
  await expect(page.getByText('আরেকজন কর্মী অনুমোদন করতে পারবেন')).toBeVisible();

  await open('manager', '/recoveries');
  await page.locator('[data-recovery=waiting]').first()
    .getByRole('button', { name: 'অনুমোদন করুন' }).click();
  const password = (await page.locator('.secret').textContent())!.trim();
  await holdsTheRules(page);
  // Not by the page: whoever comes in there ends the session of who was in before.
  const answer = await fetch(`${demo.address}/api/v1/session`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ login, password }),
  });
  expect((await answer.json()).must).toBe('change_password');
});

test('a new facility asks for the code of its console', async ({ page }) => {
  await page.route('**/api/v1/set-up', (route) => route.fulfill(
    route.request().method() === 'GET' ? { json: { needed: true } } : {
      status: 422, contentType: 'application/problem+json',
      json: { type: '/problems/wrong_set_up_code', title: '', status: 422,
        code: 'wrong_set_up_code',
        errors: [{ code: 'wrong_set_up_code', pointer: '/code' }] },
    }));
  await page.goto('/');
  await page.fill('input[name=code]', 'abcdefghjk');
  await page.fill('input[name=name]', 'রিনা আক্তার');
  await page.fill('input[name=username]', 'rina');
  await page.fill('input[name=password]', OWN);
  await holdsTheRules(page);
  await page.keyboard.press('Enter');
  await expect(page.locator('input[name=code]')).toHaveAttribute('aria-invalid', 'true');
});

test('whoever walks away from the office is logged out', async ({ page, demo }) => {
  await page.clock.install();
  await page.goto('/');
  await comeIn(page, demo.logins.accountant.login, demo.logins.accountant.password);
  await expect(page.locator('[data-machine]').first()).toBeVisible();
  await page.clock.runFor('29:00');
  await expect(page.locator('[data-machine]').first()).toBeVisible();
  await page.clock.runFor('02:00');
  await expect(page.locator('input[name=username]')).toBeVisible();
});
