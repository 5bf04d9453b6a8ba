// A captain looks what takes up the hold, and frees exactly the bytes that the pages said.
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

// A server of its own, whose hold keeps what nothing uses for no time at all.
before(async () => {
  if (skipWithoutAccounts) return
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'longshore-space-'))
  stops.push(() => fs.rmSync(dataDir, { recursive: true, force: true }))
  const { base, first } = await claimBlock('auto', 1)
  stops.push(() => close(first))
  const longshore = await startLongshore({
    binary: process.env.LONGSHORE_BINARY ?? path.join(TARGET, 'debug/longshore'),
    port: base,
    dataDir,
    owner: 'alice.test',
    network: JSON.parse(process.env.LONGSHORE_NETWORK),
    environment: { HOLD_GC_GRACE_MINUTES: '0' },
    output: fs.openSync(path.join(TARGET, 'end2end-space.log'), 'w'),
  })
  stops.push(longshore.stop)
  url = longshore.url
  const did = await (await fetch(`${url}/.well-known/atproto-did`)).text()
  hold = `/hold/${did.replace('%', '%25')}`
})
after(async () => {
  for (const stop of stops.reverse()) await stop()
})

test('a captain frees space, to the byte', { skip: skipWithoutAccounts }, async (t) => {
  const alice = account('alice.test')
  const { page, errors } = await browser.open(`${url}/sign-in?return_to=${hold}/usage`)
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
