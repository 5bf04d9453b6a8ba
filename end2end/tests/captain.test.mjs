// A captain's first day: somebody is added by handle, meets their quota, gets more, and takes the hold over.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { useBrowser } from '../browser.mjs'
import { HANDS } from '../keys.mjs'
import { startOwnServer } from '../own_server.mjs'
import { account, signIn, skipWithoutAccounts } from '../people.mjs'
import { Repository } from '../sample_images.mjs'

const browser = useBrowser()
for (const { how, keys } of HANDS) {
  test(`a captain runs a hold and hands it over ${how}`, { skip: skipWithoutAccounts }, async (t) => {
    // The hold that others test changes hands in no test of theirs.
    const { url, hold } = await startOwnServer(t, 'captain', { HOLD_QUOTA_TIERS: 'cabin=1MB, deckhand=5GB', HOLD_DEFAULT_TIER: 'deckhand' })
    const [alice, bob] = ['alice.test', 'bob.test'].map(account)
    const { page, errors } = await browser.open(`${url}/sign-in?return_to=/holds`, { keys })
    const push = async (tag, bytes) => {
      const repository = await Repository.open(url, bob, 'cargo')
      return repository.pushImage({ layers: [{ bytes: noise(bytes) }], architecture: 'amd64', tags: [tag] })
    }

    await t.test('signs in and finds the hold', async () => {
      await signIn(page, alice)
      await page.getByRole('heading', { name: 'Yours' }).waitFor()
      await page.locator('.hold-card h3 a').click()
      await page.getByText('Answers now').waitFor()
      await page.getByRole('link', { name: 'Crew', exact: true }).click()
    })

    await t.test('adds bob by handle, after a look at him, with a small tier', async () => {
      await page.getByLabel('Add somebody by handle or DID').fill('@bob.test')
      await page.getByRole('button', { name: 'Look them up' }).click()
      await page.getByText(bob.did).waitFor()
      await page.getByLabel('Tier').selectOption('cabin')
      await page.getByRole('button', { name: 'Add bob.test' }).click()
      await page.getByText('They are in the crew now').waitFor()
      await page.locator('.crew-row', { hasText: '@bob.test' }).getByText('0 B of 1 MB').waitFor()
    })

    await t.test('bob pushes, and meets his quota', async () => {
      await push('small', 200_000)
      await page.reload()
      await page.locator('.crew-row', { hasText: '@bob.test' }).getByText('200').waitFor()
      await assert.rejects(push('large', 2_000_000), /403.*(tier cabin|1 MB)/s)
    })

    await t.test('gives him a larger tier, which counts at once', async () => {
      await page.getByRole('link', { name: 'Change bob.test' }).click()
      await page.getByLabel('Tier').selectOption('')
      await page.getByRole('button', { name: 'Save' }).click()
      await page.getByText('Saved. It counts from now on.').waitFor()
      await push('large', 2_000_000)
    })

    await t.test('hands the hold over, by typing his name', async () => {
      await page.goto(`${url}${hold}/captaincy`)
      await page.getByLabel('The next captain').selectOption({ label: 'bob.test' })
      await page.getByLabel('Type their handle').fill('bob.test')
      await page.getByRole('button', { name: 'Offer the captaincy' }).click()
      await page.getByRole('button', { name: 'Take the offer back' }).waitFor()
    })

    await t.test('bob accepts, and the hold is his', async () => {
      const { page: his } = await browser.open(`${url}/sign-in?return_to=/holds`, { keys })
      await signIn(his, bob)
      await his.getByRole('link', { name: 'You are offered the captaincy' }).click()
      await his.getByRole('button', { name: 'Accept the captaincy' }).click()
      await his.getByText('The hold is yours.').waitFor()
      await his.getByRole('link', { name: 'Settings', exact: true }).waitFor()
      const response = await page.goto(`${url}${hold}/settings`)
      assert.equal(response.status(), 403)
      await page.getByText('This page is for the captain').waitFor()
      assert.deepEqual(errors.filter((error) => !error.includes('403')), [])
    })
  })
}

// Nothing that compresses, and never the same.
function noise(bytes) {
  const buffer = Buffer.alloc(bytes)
  for (let start = 0; start < bytes; start += 65_536) {
    crypto.getRandomValues(buffer.subarray(start, Math.min(start + 65_536, bytes)))
  }
  return buffer
}
