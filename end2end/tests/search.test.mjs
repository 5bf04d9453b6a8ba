// Finding repositories: while somebody types, and without a script.
import assert from 'node:assert/strict'
import { before, test } from 'node:test'

import { useBrowser } from '../browser.mjs'
import { untilFindable } from '../findable.mjs'

const browser = useBrowser()
const rows = (page) => page.locator('.repository-row h3').allTextContents()

before(() => untilFindable('alice.test/harbour-master', 'alice.test/charts/harbour', 'alice.test/tools/tide-table'))

test('results follow what is typed and chosen, and the address and the voice follow them', async () => {
  const { page, errors } = await browser.open('/search')
  const field = page.getByRole('searchbox', { name: 'Name, owner or description' })
  await field.pressSequentially('harbour', { delay: 20 })
  await page.getByRole('heading', { name: 'What matches “harbour”' }).waitFor()
  assert.deepEqual((await rows(page)).sort(), ['alice.test/charts/harbour', 'alice.test/harbour-master'])
  assert.ok(await field.evaluate((element) => element === document.activeElement))
  assert.equal(new URL(page.url()).search, '?q=harbour')
  await page.getByRole('status').getByText('2 repositories found').waitFor({ state: 'attached' })

  await page.getByLabel('Kind', { exact: true }).selectOption('Helm charts')
  await page.getByRole('status').getByText('1 repository found').waitFor({ state: 'attached' })
  assert.deepEqual(await rows(page), ['alice.test/charts/harbour'])
  assert.equal(new URL(page.url()).search, '?q=harbour&kind=helm')

  await page.getByLabel('Kind', { exact: true }).selectOption('Any kind')
  await page.getByLabel('Signed', { exact: true }).check()
  await page.waitForURL('**/search?q=harbour&signed=1')
  assert.deepEqual(await rows(page), ['alice.test/harbour-master'])

  // What is shown is what the address leads to, also later.
  await page.getByRole('link', { name: 'alice.test/harbour-master' }).click()
  await page.getByRole('heading', { level: 1, name: 'harbour-master' }).waitFor()
  await page.goBack()
  await page.getByRole('heading', { name: 'What matches “harbour”' }).waitFor()
  assert.deepEqual(await rows(page), ['alice.test/harbour-master'])
  assert.ok(await page.getByLabel('Signed', { exact: true }).isChecked())
  assert.deepEqual(errors, [])
})

test('without JavaScript the form does the same', async () => {
  const { page } = await browser.open('/search', { javaScriptEnabled: false })
  await page.getByRole('searchbox', { name: 'Name, owner or description' }).fill('harbour')
  await page.getByLabel('Architecture', { exact: true }).selectOption('arm64')
  await page.getByLabel('System', { exact: true }).selectOption('Linux')
  await page.getByLabel('Order', { exact: true }).selectOption('Most stars')
  await page.getByRole('search', { name: 'Search with filters' }).getByRole('button', { name: 'Search' }).click()
  assert.deepEqual(await rows(page), ['alice.test/harbour-master'])
  assert.equal(await page.getByLabel('Architecture', { exact: true }).inputValue(), 'arm64')
  await page.getByLabel('System', { exact: true }).selectOption('Windows')
  await page.getByRole('search', { name: 'Search with filters' }).getByRole('button', { name: 'Search' }).click()
  await page.getByRole('link', { name: 'Show everything' }).click()
  assert.ok((await rows(page)).includes('alice.test/tools/tide-table'))
})
