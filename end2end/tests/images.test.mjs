// Finding an image, looking into it and comparing it, with a script and without.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { LONGSHORE_URL, useBrowser } from '../browser.mjs'
import { untilFindable } from '../findable.mjs'
import { HANDS } from '../keys.mjs'

const browser = useBrowser()
const REPOSITORY = '/r/alice.test/harbour-master'

for (const { how, ...way } of [...HANDS, { how: 'without JavaScript', javaScriptEnabled: false }]) {
  test(`somebody finds an image, its layers and its files ${how}`, async () => {
    await untilFindable('alice.test/harbour-master')
    const { page, errors } = await browser.open('/', way)
    await page.getByRole('searchbox', { name: 'Search repositories' }).fill('harbour ships')
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: 'alice.test/harbour-master' }).click()
    await page.getByRole('heading', { level: 1, name: 'harbour-master' }).waitFor()
    assert.ok(await page.getByText('A tiny web server that shows').first().isVisible())
    await page.getByRole('link', { name: 'Tags', exact: true }).click()
    await page.getByRole('link', { name: 'latest', exact: true }).click()
    await page.getByRole('row', { name: /linux\/arm64/ }).getByRole('link').first().click()
    await page.getByText('COPY server quays.json /app/').first().waitFor()
    assert.ok(await page.getByText('hidden: looks like a secret').isVisible())
    await page.getByRole('link', { name: 'Files of layer 3' }).click()
    await page.getByRole('link', { name: 'app/', exact: true }).click()
    await page.getByRole('link', { name: 'VERSION', exact: true }).click()
    assert.equal(await page.locator('.code-block').textContent(), '3\n')
    assert.deepEqual(errors, [])
  })

  test(`two tags are compared ${how}`, async () => {
    const { page, errors } = await browser.open(`${REPOSITORY}/-/compare`, way)
    await page.getByLabel('From').selectOption('1.8.0')
    await page.getByLabel('To', { exact: true }).selectOption('1.10.0')
    await page.getByRole('button', { name: 'Compare' }).click()
    await page.getByRole('row', { name: /tide 0\.1\.0-r1 0\.3\.0-r1/ }).waitFor()
    assert.ok(await page.getByRole('row', { name: /app\/server changed/ }).isVisible())
    assert.deepEqual(errors, [])
  })

  test(`tags are filtered ${how}`, async () => {
    const { page } = await browser.open(`${REPOSITORY}/-/tags`, way)
    await page.getByLabel('Filter tags').fill('1.10')
    await page.getByRole('button', { name: 'Show' }).click()
    const tags = await page.locator('.tag-row h2').allTextContents()
    assert.deepEqual(tags.map((tag) => tag.trim()), ['1.10.0', '1.10'])
  })
}

test('what owners and images say runs nothing', async () => {
  for (const path of [REPOSITORY, `${REPOSITORY}:latest`, `${REPOSITORY}/-/tags`, '/search?q=<script>window.injected=true</script>']) {
    const { page } = await browser.open(path)
    await page.waitForLoadState('networkidle')
    assert.equal(await page.evaluate(() => window.injected), undefined, path)
    assert.equal(await page.locator('a[href^="javascript:"], main img, main iframe').count(), 0, path)
  }
})

test('nothing is asked of anybody else', async () => {
  const { page, context } = await browser.open(REPOSITORY, { hydrated: false })
  const foreign = []
  context.on('request', (request) => {
    if (!request.url().startsWith(LONGSHORE_URL) && !request.url().startsWith('data:')) foreign.push(request.url())
  })
  await page.reload()
  await page.waitForLoadState('networkidle')
  assert.deepEqual(foreign, [])
})

test('a page that is kept works when the server says that it did not change', async () => {
  const { page, errors } = await browser.open(`${REPOSITORY}:1.8.0`)
  const statuses = []
  page.on('response', (response) => response.url().endsWith(':1.8.0') && statuses.push(response.status()))
  await page.goto('/')
  await page.goto(`${REPOSITORY}:1.8.0`)
  await page.locator('.theme-switch input:checked').waitFor({ state: 'attached' })
  await page.waitForLoadState('networkidle')
  assert.deepEqual(errors, [])
})
