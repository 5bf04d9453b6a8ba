// Signing in at the reference PDS's own pages, with each of the names that the one field takes.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { LONGSHORE_URL, useBrowser } from '../browser.mjs'
import { account, signIn, skipWithoutAccounts } from '../people.mjs'

const skip = skipWithoutAccounts
const alice = skip ? undefined : account('alice.test')

const browser = useBrowser()

for (const [name, typed] of Object.entries({
  handle: alice?.handle,
  DID: alice?.did,
  'address of the server': alice?.pds,
})) {
  test(`somebody signs in with their ${name}, sees their settings, and signs out`, { skip }, async () => {
    const { page, context, errors } = await browser.open('/settings/sessions', { hydrated: false })
    assert.match(page.url(), /\/sign-in\?return_to=%2Fsettings%2Fsessions$/)
    await signIn(page, alice, typed)
    await page.getByRole('heading', { name: 'Sessions and devices' }).waitFor()
    assert.equal(new URL(page.url()).pathname, '/settings/sessions')
    assert.equal(await page.getByText('This browser', { exact: true }).count(), 1)
    const storage = await context.storageState()
    const session = storage.cookies.find((cookie) => cookie.name.endsWith('longshore-session'))
    assert.ok(session.httpOnly && session.sameSite === 'Strict')
    const kept = storage.origins.find(({ origin }) => origin === LONGSHORE_URL)?.localStorage ?? []
    assert.deepEqual(kept.filter(({ name }) => name !== 'theme'), [])
    await page.getByRole('link', { name: alice.handle }).click()
    await page.getByRole('heading', { name: 'Profile' }).waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('link', { name: 'Sign in' }).first().waitFor()
    await page.goto('/settings')
    assert.match(page.url(), /\/sign-in/)
    assert.deepEqual(errors.filter((error) => /Content Security Policy/i.test(error)), [])
  })
}

test('a name that leads nowhere is told so, and stays in the field', { skip }, async () => {
  const { page } = await browser.open('/sign-in', { hydrated: false, javaScriptEnabled: false })
  await page.getByLabel('Your handle').fill('nobody-at-all.test')
  await page.getByRole('button', { name: 'Continue at your server' }).click()
  assert.match(await page.getByRole('alert').textContent(), /nobody-at-all\.test/)
  assert.equal(await page.getByLabel('Your handle').inputValue(), 'nobody-at-all.test')
})
