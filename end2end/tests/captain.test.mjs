// A captain's first day: somebody is added by handle, meets their quota, gets more, and takes the hold over.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'

import { useBrowser } from '../browser.mjs'
import { startLongshore, TARGET } from '../network/longshore.mjs'
import { claimBlock, close } from '../network/ports.mjs'
import { account, signIn, skipWithoutAccounts } from '../people.mjs'
import { Repository } from '../sample_images.mjs'

const browser = useBrowser()
const stops = []
let url
let hold

// A server of its own: the hold of the one that others test changes hands in no test of theirs.
before(async () => {
  if (skipWithoutAccounts) return
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'longshore-captain-'))
  stops.push(() => fs.rmSync(dataDir, { recursive: true, force: true }))
  const { base, first } = await claimBlock('auto', 1)
  stops.push(() => close(first))
  const log = fs.openSync(path.join(TARGET, 'end2end-captain.log'), 'w')
  const longshore = await startLongshore({
    binary: process.env.LONGSHORE_BINARY ?? path.join(TARGET, 'debug/longshore'),
    port: base,
    dataDir,
    owner: 'alice.test',
    network: JSON.parse(process.env.LONGSHORE_NETWORK),
    environment: { HOLD_QUOTA_TIERS: 'cabin=1MB, deckhand=5GB', HOLD_DEFAULT_TIER: 'deckhand' },
    output: log,
  })
  stops.push(longshore.stop)
  url = longshore.url
  const did = await (await fetch(`${url}/.well-known/atproto-did`)).text()
  hold = `/hold/${did.replace('%', '%25')}`
})
after(async () => {
  for (const stop of stops.reverse()) await stop()
})

test('a captain runs a hold and hands it over', { skip: skipWithoutAccounts }, async (t) => {
  const [alice, bob] = ['alice.test', 'bob.test'].map(account)
  const { page, errors } = await browser.open(`${url}/sign-in?return_to=/holds`)
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
    const { page: his } = await browser.open(`${url}/sign-in?return_to=/holds`)
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

// Nothing that compresses, and never the same.
function noise(bytes) {
  const buffer = Buffer.alloc(bytes)
  for (let start = 0; start < bytes; start += 65_536) {
    crypto.getRandomValues(buffer.subarray(start, Math.min(start + 65_536, bytes)))
  }
  return buffer
}
