// BF-10: what is dangerous asks for a sign-in of the last ten minutes, and goes on where the person was.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import path from 'node:path'
import { test } from 'node:test'

import { LONGSHORE_URL, useBrowser } from '../browser.mjs'
import { addressOf, PAGES } from '../pages.mjs'
import { account, agreeAtServer, signIn, skipWithoutAccounts } from '../people.mjs'
import { layer, Repository } from '../sample_images.mjs'

const skip = skipWithoutAccounts
const browser = useBrowser()
const CAPTAINCY = PAGES.find(({ name }) => name === 'hold-captaincy')

/** Signs alice in on a page of hers, in a browser of its own. */
async function openAsAlice(address, options) {
  const { page } = await browser.open(`/sign-in?return_to=${encodeURIComponent(address)}`, { hydrated: false, ...options })
  await signIn(page, account('alice.test'))
  assert.equal(addressNow(page), address)
  return page
}

const addressNow = (page) => page.url().slice(new URL(page.url()).origin.length)

/** The last sign-in of this browser becomes a quarter of an hour older. Its cookie is in the database as a hash. */
async function growOld(page) {
  const cookies = await page.context().cookies()
  const { value } = cookies.find(({ name }) => name.endsWith('longshore-session'))
  const hash = createHash('sha256').update(value).digest('hex')
  const program = `
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], timeout=20)
done = database.execute('UPDATE browser_sessions SET signed_in_at = signed_in_at - 900000 WHERE id_hash = ?', (bytes.fromhex(sys.argv[2]),))
assert done.rowcount == 1
database.commit()`
  execFileSync('python3', ['-c', program, path.join(process.env.LONGSHORE_DATA, 'longshore.db'), hash])
}

/** On our sign-in page: signs in once more, with the password. */
async function signInAgain(page) {
  const alice = account('alice.test')
  assert.match(page.url(), /\/sign-in\?fresh=1&return_to=/)
  await page.getByRole('button', { name: alice.handle }).click()
  await page.locator('input[name="password"]').waitFor()
  await agreeAtServer(page, alice)
  await page.waitForURL((url) => url.origin === new URL(LONGSHORE_URL).origin && url.pathname !== '/oauth/callback')
}

test('a page with something dangerous leads to a new sign-in and is there again after it', { skip }, async (t) => {
  const pages = {
    '/settings/tokens': 'Make the token',
    '/settings/data': 'Make an archive',
    [await addressOf(CAPTAINCY)]: 'Offer the captaincy',
  }
  for (const [address, button] of Object.entries(pages)) {
    await t.test(address, async () => {
      const page = await openAsAlice(address)
      const dangerous = page.getByRole('button', { name: button })
      await dangerous.waitFor()
      await growOld(page)
      await page.goto(address)
      assert.equal(await dangerous.count(), 0)
      await page.getByRole('button', { name: 'Sign in again' }).first().click()
      await signInAgain(page)
      assert.equal(addressNow(page), address)
      await dangerous.waitFor()
      await page.context().close()
    })
  }
})

test('a form that was left open too long leads there too, and nothing is done before', { skip }, async (t) => {
  await t.test('a token', async () => {
    const page = await openAsAlice('/settings/tokens')
    await page.getByLabel('Name').fill('made too late')
    await growOld(page)
    await page.getByRole('button', { name: 'Make the token' }).click()
    await signInAgain(page)
    assert.equal(addressNow(page), '/settings/tokens')
    assert.equal(await page.getByText('made too late').count(), 0)
    await page.getByRole('button', { name: 'Make the token' }).waitFor()
    await page.context().close()
  })

  await t.test('deleting a repository, whose page has a query', async () => {
    const alice = account('alice.test')
    const repository = await Repository.open(LONGSHORE_URL, alice, 'kept-by-age')
    await repository.pushImage({ layers: [layer({ 'a.txt': 'a\n' })], architecture: 'amd64', tags: ['v1'] })
    const address = '/r/alice.test/kept-by-age/-/delete?everything=yes'
    const page = await openAsAlice(address)
    const allow = page.getByRole('button', { name: 'Allow it at your server' })
    const remove = page.getByRole('button', { name: 'Delete the repository' })
    await allow.or(remove).waitFor()
    if (await allow.isVisible()) {
      await allow.click()
      await agreeAtServer(page, alice)
      await page.waitForURL(`**${address}`)
    }
    await page.getByLabel(/^Type/).fill('kept-by-age')
    await growOld(page)
    await remove.click()
    await signInAgain(page)
    assert.equal(addressNow(page), address)
    await remove.waitFor()
    const kept = await fetch(new URL('/api/v1/r/alice.test/kept-by-age', LONGSHORE_URL))
    assert.equal(kept.status, 200)
    await page.context().close()
  })
})
