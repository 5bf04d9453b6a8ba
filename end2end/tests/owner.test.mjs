// What an owner does with a repository in the browser: describes it, makes tags immutable, deletes tags in bulk.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { LONGSHORE_URL, useBrowser } from '../browser.mjs'
import { HANDS } from '../keys.mjs'
import { account, signInAsOwner, skipWithoutAccounts } from '../people.mjs'
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
async function openAsOwner(path, keys) {
  const alice = account('alice.test')
  const { page } = await browser.open(`/sign-in?return_to=${encodeURIComponent(path)}`, { hydrated: false, keys })
  await signInAsOwner(page, alice, path)
  return page
}

/** A record of a repository in alice's repo, as her server gives it to anybody. */
async function record(collection, key) {
  const { did, pds } = account('alice.test')
  const query = new URLSearchParams({ repo: did, collection, rkey: key })
  const response = await fetch(`${pds}/xrpc/com.atproto.repo.getRecord?${query}`)
  return response.ok ? (await response.json()).value : undefined
}

for (const { how, keys } of HANDS) {
  const word = keys ? 'keys' : 'mouse'

  test(`an owner writes a description, looks at it first, and reads it back from their own repo ${how}`, { skip }, async () => {
    const name = `owner-words-${word}`
    await pushed(name, ['v1'])
    const page = await openAsOwner(`/r/alice.test/${name}/-/edit`, keys)
    await page.getByLabel('Description').fill('# Lighthouse\n\nKeeps ships *off* the rocks.')
    await page.getByRole('button', { name: 'Preview' }).click()
    await page.getByRole('heading', { name: 'Lighthouse' }).waitFor()
    assert.equal(await record('io.atcr.repo.page', name), undefined)
    await page.getByRole('button', { name: 'Save to your repo' }).click()
    await page.waitForURL(`**/r/alice.test/${name}`)
    assert.equal(await page.locator('.prose em').textContent(), 'off')
    const saved = await record('io.atcr.repo.page', name)
    assert.equal(saved.description, '# Lighthouse\n\nKeeps ships *off* the rocks.')
  })

  test(`an immutable tag refuses a push that would move it ${how}`, { skip }, async () => {
    const name = `owner-fixed-${word}`
    const repository = await pushed(name, ['v1'])
    const page = await openAsOwner(`/r/alice.test/${name}/-/settings`, keys)
    await page.getByLabel('Patterns').fill('v*')
    await page.getByRole('button', { name: 'Save patterns' }).click()
    await page.getByText('The patterns count from now on.').waitFor()
    const other = { layers: [layer({ 'tag.txt': 'something else\n' })], architecture: 'amd64', tags: ['v1'] }
    await assert.rejects(repository.pushImage(other), /v1 is immutable/)
    await repository.pushImage({ ...other, tags: ['v2'] })
    const { immutableTags } = await record('dev.longshore.repository.settings', name)
    assert.deepEqual(immutableTags, ['v*'])
  })
}

for (const { how, ...way } of [...HANDS, { how: 'without scripts', javaScriptEnabled: false }]) {
  test(`tags are deleted in bulk, with the effect stated, ${how}`, { skip }, async () => {
    const name = `owner-tags-${how.replaceAll(' ', '-')}`
    await pushed(name, ['keep', 'old-1', 'old-2', 'old-3'])
    const owner = await openAsOwner(`/r/alice.test/${name}/-/settings`)
    // The pages of her own server need scripts; ours do not.
    const signedIn = { storageState: await owner.context().storageState(), ...way }
    const { page } = await browser.open(`/r/alice.test/${name}/-/tags`, signedIn)
    for (const tag of ['old-1', 'old-2', 'old-3']) await page.getByLabel(`Choose ${tag}`).check()
    await page.getByRole('button', { name: 'Delete chosen tags…' }).click()
    await page.getByRole('heading', { name: '3 tags go' }).waitFor()
    await page.getByRole('heading', { name: /^3 manifests go/ }).waitFor()
    const stated = await page.locator('.effect .size').first().getAttribute('title')
    assert.match(stated, /^[\d\u2009]+ bytes$/)
    await page.getByRole('button', { name: 'Delete them' }).click()
    await untilDeleted(page, way.javaScriptEnabled === false)
    await page.getByRole('link', { name: 'The tags' }).click()
    await page.getByRole('heading', { name: 'keep' }).waitFor()
    assert.deepEqual(await page.locator('.tag-head h2').allTextContents(), ['keep'])
    assert.equal(await record('io.atcr.tag', `${name}_old-1`), undefined)
  })
}

/** With scripts the page follows the deletion by itself; without, its link looks again. */
async function untilDeleted(page, looksAgain) {
  const deleted = page.getByRole('heading', { name: 'Deleted', exact: true }).first()
  const again = page.getByRole('link', { name: 'Look again' })
  if (looksAgain) {
    for (const deadline = Date.now() + 30_000; Date.now() < deadline; ) {
      await deleted.or(again).first().waitFor()
      if (!(await again.isVisible())) break
      await again.click()
    }
  }
  await deleted.waitFor()
}
