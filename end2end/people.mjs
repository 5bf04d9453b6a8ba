// The accounts of the local network, and signing in as them at the reference PDS's own pages.
import fs from 'node:fs'
import path from 'node:path'

import { chromium } from 'playwright-core'

import { LAUNCH } from './launch.mjs'
import { noteCookies, noteRequest } from './secrets.mjs'

/** Everybody who can sign in. Set by `run_tests.mjs`; nobody, where the network is not its own. */
export const ACCOUNTS = JSON.parse(process.env.LONGSHORE_ACCOUNTS ?? '[]')

/** A reason to skip what needs somebody who signs in, for the option of a test of that name. */
export const skipWithoutAccounts = ACCOUNTS.length > 0 ? false : 'needs the local network'

/** The account of that handle. */
export function account(handle) {
  const found = ACCOUNTS.find((one) => one.handle === handle)
  if (!found) throw new Error(`${handle} has no account in this local network`)
  return found
}

/** On the page that asks for a handle: types `typed`, signs in and agrees at the PDS, and comes back. */
export async function signIn(page, account, typed = account.handle) {
  const origin = new URL(page.url()).origin
  await page.getByLabel('Your handle').fill(typed)
  await page.getByRole('button', { name: 'Continue at your server' }).click()
  await agreeAtServer(page, account)
  await page.waitForURL((url) => url.origin === origin && url.pathname !== '/oauth/callback')
}

/** On the pages of the PDS: whatever of name, password and consent it asks for. */
export async function agreeAtServer(page, account) {
  await page.waitForURL(`${account.pds}/**`)
  const authorize = page.getByRole('button', { name: 'Authorize' })
  const password = page.locator('input[name="password"]')
  // Who named a server says there who they are, and who signed in before is only asked to agree.
  const welcome = page.getByRole('button', { name: 'Sign in', exact: true })
  await authorize.or(welcome).or(password).first().waitFor()
  if (!(await authorize.isVisible())) {
    if (!(await password.isVisible())) await welcome.click()
    await password.waitFor()
    const name = page.locator('input[name="username"]')
    if (!(await name.inputValue())) await name.fill(account.handle)
    await password.fill(account.password)
    await page.locator('button[type="submit"]').click()
  }
  await authorize.click()
}

/** Signs in on the way to a page for owners, and allows there at the PDS what it asks for. */
export async function signInAsOwner(page, account, path) {
  await signIn(page, account)
  await page.getByRole('button', { name: 'Allow it at your server' }).click()
  await agreeAtServer(page, account)
  await page.waitForURL(`**${path}`)
}

/**
 * Signs everybody in, each in a browser of their own, and keeps their cookies in `folder`. For pages that are only
 * looked at: whoever signs out, or changes what others look at, signs in by themselves.
 */
export async function signEverybodyIn(url, accounts, folder) {
  const browser = await chromium.launch(LAUNCH)
  try {
    for (const account of accounts) {
      const context = await browser.newContext({ baseURL: url, locale: 'en-US' })
      context.on('request', noteRequest)
      const page = await context.newPage()
      await page.goto('/sign-in')
      await signIn(page, account)
      noteCookies(await context.cookies())
      await context.storageState({ path: path.join(folder, `${account.handle}.json`) })
      await context.close()
    }
  } finally {
    await browser.close()
  }
}

/** The cookies of somebody whom `signEverybodyIn` signed in, as Playwright's `storageState`. */
export function signedInAs(handle, folder = process.env.LONGSHORE_SIGNED_IN) {
  if (!folder) throw new Error(`nobody is signed in; is LONGSHORE_URL a server without a local network?`)
  return JSON.parse(fs.readFileSync(path.join(folder, `${handle}.json`), 'utf8'))
}

/** The same for requests without a browser: a `Cookie` header. */
export function cookiesOf(handle, folder) {
  const ours = signedInAs(handle, folder).cookies.filter(({ name }) => name.includes('longshore-'))
  return ours.map(({ name, value }) => `${name}=${value}`).join('; ')
}
