// A captain looks what takes up the hold, and frees exactly the bytes that the pages said.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { useBrowser } from '../browser.mjs'
import { HANDS } from '../keys.mjs'
import { startOwnServer } from '../own_server.mjs'
import { account, signIn, skipWithoutAccounts } from '../people.mjs'
import { Repository } from '../sample_images.mjs'

const browser = useBrowser()
for (const { how, keys } of HANDS) {
  test(`a captain frees space, to the byte ${how}`, { skip: skipWithoutAccounts }, async (t) => {
    // A hold that keeps what nothing uses for no time at all.
    const { url, hold } = await startOwnServer(t, 'space', { HOLD_GC_GRACE_MINUTES: '0' })
    const alice = account('alice.test')
    const { page, errors } = await browser.open(`${url}/sign-in?return_to=${hold}/usage`, { keys })
    const repository = await Repository.open(url, alice, 'ballast')
    const push = (tag, bytes) =>
      repository.pushImage({ layers: [{ bytes: noise(bytes) }], architecture: 'amd64', tags: [tag] })
    await push('heavy', 400_000)
    await push('light', 1_000)
    let freed

    await t.test('signs in and weighs a tag', async () => {
      await signIn(page, alice)
      await page.getByRole('link', { name: /tags of alice.test\/ballast/ }).click()
      await page.getByLabel(/^heavy/).check()
      await page.getByRole('button', { name: 'Say what that frees' }).click()
      const statement = page.locator('.statement-main', { hasText: 'Deleting this tag frees' })
      freed = await bytesIn(statement)
      assert.ok(freed >= 400_000 && freed < 401_000, `${freed}`)
    })

    await t.test('deletes the image, and sees in the dry run what goes', async () => {
      const head = await repository.send('GET', `/v2/${repository.name}/manifests/heavy`)
      const digest = head.headers.get('docker-content-digest')
      await repository.send('DELETE', `/v2/${repository.name}/manifests/${digest}`)
      await page.getByRole('link', { name: 'Space', exact: true }).click()
      await page.getByRole('link', { name: 'See what it would free' }).click()
      const statement = page.locator('#plan .statement-main')
      assert.equal(await bytesIn(statement.locator('strong').nth(1)), freed)
    })

    await t.test('collects twice, and the second time the bytes are free', async () => {
      await page.getByRole('button', { name: 'Do that now' }).click()
      await page.locator('tbody tr', { hasText: 'Done' }).first().waitFor()
      await page.getByRole('button', { name: 'Free space now' }).click()
      const rows = page.locator('section[aria-labelledby="history"] tbody tr')
      await rows.nth(1).waitFor()
      assert.equal(await bytesIn(rows.first().locator('td.amount').first()), freed)
    })

    await t.test('reads of it in the log', async () => {
      await page.getByRole('link', { name: 'Activity', exact: true }).click()
      await page.getByText('finished a collection of garbage').first().waitFor()
      assert.deepEqual(errors, [])
    })
  })
}

// The exact number behind a size.
async function bytesIn(locator) {
  const title = await locator.locator('.size').first().getAttribute('title')
  return Number(title.replace(/\D/g, ''))
}

// Nothing that compresses, and never the same.
function noise(bytes) {
  const buffer = Buffer.alloc(bytes)
  for (let start = 0; start < bytes; start += 65_536) {
    crypto.getRandomValues(buffer.subarray(start, Math.min(start + 65_536, bytes)))
  }
  return buffer
}
