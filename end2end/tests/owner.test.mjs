// What an owner does with a repository in the browser: describes it, makes tags immutable, deletes tags in bulk.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { LONGSHORE_URL, useBrowser } from '../browser.mjs'
import { account, agreeAtServer, signIn, skipWithoutAccounts } from '../people.mjs'
import { Repository, layer } from '../sample_images.mjs'

const skip = skipWithoutAccounts
const browser = useBrowser()

/** A repository of alice's of that name, with an image of its own under each tag. */
async function pushed(name, tags) {
  const repository = await Repository.open(LONGSHORE_URL, account('alice.test'), name)
  for (const tag of tags) {
    await repository.pushImage({ layers: [layer({ 'tag.txt': `${tag} of ${name}\n` })], architecture: 'amd64', tags: [tag] })
  }
  return repository
}

/** Opens a page for owners as alice, who allows at her server what it asks for. */
async function openAsOwner(path) {
  const alice = account('alice.test')
  const { page } = await browser.open(`/sign-in?return_to=${encodeURIComponent(path)}`, { hydrated: false })
  await signIn(page, alice)
  const allow = page.getByRole('button', { name: 'Allow it at your server' })
  await allow.click()
  await agreeAtServer(page, alice)
  await page.waitForURL(`**${path}`)
  return page
}

/** A record of a repository in alice's repo, as her server gives it to anybody. */
async function record(collection, key) {
  const { did, pds } = account('alice.test')
  const query = new URLSearchParams({ repo: did, collection, rkey: key })
  const response = await fetch(`${pds}/xrpc/com.atproto.repo.getRecord?${query}`)
  return response.ok ? (await response.json()).value : undefined
}

test('an owner writes a description, looks at it first, and reads it back from their own repo', { skip }, async () => {
  await pushed('owner-words', ['v1'])
  const page = await openAsOwner('/r/alice.test/owner-words/-/edit')
  await page.getByLabel('Description').fill('# Lighthouse\n\nKeeps ships *off* the rocks.')
  await page.getByRole('button', { name: 'Preview' }).click()
  await page.getByRole('heading', { name: 'Lighthouse' }).waitFor()
  assert.equal(await record('io.atcr.repo.page', 'owner-words'), undefined)
  await page.getByRole('button', { name: 'Save to your repo' }).click()
  await page.waitForURL('**/r/alice.test/owner-words')
  assert.equal(await page.locator('.prose em').textContent(), 'off')
  const saved = await record('io.atcr.repo.page', 'owner-words')
  assert.equal(saved.description, '# Lighthouse\n\nKeeps ships *off* the rocks.')
})

test('tags are deleted in bulk, with the effect stated, also without scripts', { skip }, async () => {
  await pushed('owner-tags', ['keep', 'old-1', 'old-2', 'old-3'])
  const owner = await openAsOwner('/r/alice.test/owner-tags/-/settings')
  // The pages of her own server need scripts; ours do not.
  const signedIn = { storageState: await owner.context().storageState(), javaScriptEnabled: false }
  const { page } = await browser.open('/r/alice.test/owner-tags/-/tags', signedIn)
  for (const tag of ['old-1', 'old-2', 'old-3']) await page.getByLabel(`Choose ${tag}`).check()
  await page.getByRole('button', { name: 'Delete chosen tags…' }).click()
  await page.getByRole('heading', { name: '3 tags go' }).waitFor()
  await page.getByRole('heading', { name: /^3 manifests go/ }).waitFor()
  const stated = await page.locator('.effect .size').first().getAttribute('title')
  assert.match(stated, /^[\d\u2009]+ bytes$/)
  await page.getByRole('button', { name: 'Delete them' }).click()
  await page.getByRole('heading', { name: 'Deleted', exact: true }).first().waitFor()
  await page.getByRole('link', { name: 'The tags' }).click()
  assert.deepEqual(await page.locator('.tag-head h2').allTextContents(), ['keep'])
  assert.equal(await record('io.atcr.tag', 'owner-tags_old-1'), undefined)
})

test('an immutable tag refuses a push that would move it', { skip }, async () => {
  const repository = await pushed('owner-fixed', ['v1'])
  const page = await openAsOwner('/r/alice.test/owner-fixed/-/settings')
  await page.getByLabel('Patterns').fill('v*')
  await page.getByRole('button', { name: 'Save patterns' }).click()
  await page.getByText('The patterns count from now on.').waitFor()
  const other = { layers: [layer({ 'tag.txt': 'something else\n' })], architecture: 'amd64', tags: ['v1'] }
  await assert.rejects(repository.pushImage(other), /v1 is immutable/)
  await repository.pushImage({ ...other, tags: ['v2'] })
  const { immutableTags } = await record('dev.longshore.repository.settings', 'owner-fixed')
  assert.deepEqual(immutableTags, ['v*'])
})
