// A captain whose hold runs on another computer manages it from the pages of this registry.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { useBrowser } from '../browser.mjs'
import { listRepo } from '../hold/xrpc.mjs'
import { HANDS } from '../keys.mjs'
import { startOwnServer } from '../own_server.mjs'
import { account, agreeAtServer, signIn, skipWithoutAccounts } from '../people.mjs'
import { layer, Repository } from '../sample_images.mjs'

const browser = useBrowser()

for (const { how, keys } of HANDS) {
  test(`a captain runs a hold elsewhere from here ${how}`, { skip: skipWithoutAccounts }, async (t) => {
    const [alice, bob] = ['alice.test', 'bob.test'].map(account)
    const tiers = { HOLD_QUOTA_TIERS: 'cabin=1MB, deckhand=5GB', HOLD_DEFAULT_TIER: 'deckhand' }
    const remote = await startOwnServer(t, 'remote-hold', { LONGSHORE_ROLES: 'hold', ...tiers })
    const { url } = await startOwnServer(t, 'remote-appview', { DEFAULT_HOLD_DID: remote.did })
    const { page, errors } = await browser.open(`${url}/sign-in?return_to=/holds`, { keys })
    /** What the hold itself publishes, at its own address. */
    const records = async (collection) => {
      const all = [...(await listRepo(remote))].filter(([path]) => path.startsWith(`${collection}/`))
      return all.map(([, { value }]) => value)
    }

    await t.test('signs in, finds it among her own, and lets her server vouch for her there', async () => {
      await signIn(page, alice)
      await page.getByRole('heading', { name: 'Yours' }).waitFor()
      await page.locator(`.hold-card h3 a[href$="${new URL(remote.url).port}"]`).first().click()
      await page.getByText('Answers now').waitFor()
      assert.equal(await page.getByText('Runs in this server').count(), 0)
      await page.getByRole('link', { name: 'Crew', exact: true }).click()
      await page.getByRole('button', { name: 'Allow it at your server' }).click()
      await agreeAtServer(page, alice)
      await page.getByLabel('Add somebody by handle or DID').waitFor()
    })

    await t.test('adds bob, who stands in the repo of the hold itself', async () => {
      await page.getByLabel('Add somebody by handle or DID').fill('bob.test')
      await page.getByRole('button', { name: 'Look them up' }).click()
      await page.getByLabel('Tier').selectOption('cabin')
      await page.getByRole('button', { name: 'Add bob.test' }).click()
      await page.getByText('They are in the crew now').waitFor()
      const member = (await records('io.atcr.hold.crew')).find((record) => record.member === bob.did)
      assert.equal(member.tier, 'cabin')
    })

    await t.test('sees what bob pushes into it', async () => {
      const repository = await Repository.open(url, bob, 'far-cargo')
      await repository.pushImage({ layers: [layer({ 'cargo.txt': 'far away\n' })], architecture: 'amd64', tags: ['v1'] })
      await page.getByRole('link', { name: 'Usage', exact: true }).click()
      await page.getByRole('link', { name: /tags of bob.test\/far-cargo/ }).waitFor()
    })

    await t.test('changes its settings, which it publishes from then on', async () => {
      await page.getByRole('link', { name: 'Settings', exact: true }).click()
      await page.getByLabel('Region').fill('far side of the moon')
      await page.getByLabel('Name').fill('Far away')
      await page.getByRole('button', { name: 'Save' }).click()
      await page.getByText('Saved in the hold').waitFor()
      const [captain] = await records('io.atcr.hold.captain')
      assert.equal(captain.region, 'far side of the moon')
      await page.getByRole('link', { name: 'Overview', exact: true }).click()
      await page.getByRole('heading', { level: 1, name: 'Far away' }).waitFor()
    })

    await t.test('reads in its log what she did, and looks what a collection would free', async () => {
      await page.getByRole('link', { name: 'Activity', exact: true }).click()
      await page.locator('.activity-entry', { hasText: 'bob.test' }).first().waitFor()
      await page.getByRole('link', { name: 'Space', exact: true }).click()
      await page.getByRole('link', { name: 'See what it would free' }).click()
      await page.getByText('This is a dry run').waitFor()
      assert.deepEqual(errors, [])
    })
  })
}
