// The home page, as a newcomer meets it.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { test } from 'node:test'

import { LONGSHORE_URL, untilHydrated, useBrowser } from '../browser.mjs'
import { untilFindable } from '../findable.mjs'
import { account, skipWithoutAccounts } from '../people.mjs'
import { layer, Repository } from '../sample_images.mjs'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const browser = useBrowser()

test('the home page comes alive without an error or a policy violation', async () => {
  const { page, errors, status, headers } = await browser.open('/')
  assert.equal(status, 200)
  assert.match(headers['content-security-policy'], /script-src 'nonce-/)
  await page.waitForLoadState('networkidle')
  assert.deepEqual(errors, [])
})

test('an injected script without the nonce does not run', async () => {
  const { page } = await browser.open('/')
  const refused = await page.evaluate(
    () =>
      new Promise((resolve) => {
        document.addEventListener('securitypolicyviolation', (event) => resolve(event.violatedDirective))
        const image = document.createElement('img')
        image.setAttribute('onerror', 'window.injected = true')
        image.src = 'data:,'
        document.body.append(image)
      }),
  )
  assert.equal(refused, 'script-src-attr')
  assert.equal(await page.evaluate(() => window.injected), undefined)
})

test('a copy button copies the whole command', async () => {
  const { page } = await browser.open('/')
  const block = page.locator('.panel-docker .command').nth(1)
  await block.getByRole('button', { name: 'Copy the command: Push' }).click()
  await block.getByText('Copied').waitFor()
  const copied = await page.evaluate(() => navigator.clipboard.readText())
  assert.deepEqual(copied.split('\n'), await block.locator('.line').evaluateAll((lines) => lines.map((line) => line.textContent.trim())))
  assert.match(copied, /docker push .+\/hello:latest$/)
})

test('choosing a tool shows its commands and hides the others', async () => {
  const { page } = await browser.open('/')
  assert.equal(await page.locator('.tool-panel:visible').count(), 1)
  await page.getByRole('radio', { name: 'skopeo' }).check()
  assert.equal(await page.locator('.tool-panel:visible').count(), 1)
  assert.ok(await page.getByText('skopeo login').isVisible())
})

test('the commands name this server', async () => {
  const { page } = await browser.open('/')
  const host = new URL(page.url()).host
  const logIn = await page.locator('.panel-docker .command').first().locator('code').textContent()
  assert.ok(logIn.includes(host), logIn)
})

test('without JavaScript the page reads well and offers no dead control', async () => {
  const { page } = await browser.open('/', { javaScriptEnabled: false })
  assert.ok(await page.getByRole('heading', { level: 1 }).isVisible())
  assert.ok(await page.getByText('docker login').isVisible())
  await page.getByRole('radio', { name: 'podman' }).check()
  assert.ok(await page.getByText('podman login').isVisible())
  assert.equal(await page.locator('.copy-button:visible, .theme-switch:visible').count(), 0)
})

test('the first press of Tab offers to skip to the content', async () => {
  const { page } = await browser.open('/')
  await page.keyboard.press('Tab')
  const link = page.getByRole('link', { name: 'Skip to content' })
  assert.ok(await link.evaluate((element) => element === document.activeElement))
  await page.keyboard.press('Enter')
  assert.equal(await page.evaluate(() => document.activeElement.id), 'main')
})

test('what was pushed last is there, and can be searched', async () => {
  await untilFindable('alice.test/tools/tide-table')
  const { page } = await browser.open('/', { javaScriptEnabled: false })
  await page.getByRole('searchbox', { name: 'Name, owner or description' }).fill('tide')
  await page.keyboard.press('Enter')
  await page.getByRole('link', { name: 'alice.test/tools/tide-table' }).waitFor()
})

test('somebody who is signed in finds their handle in the commands', { skip: skipWithoutAccounts }, async () => {
  // She has pushed nothing yet, so the page waits for it.
  const { page } = await browser.open('/', { as: 'erin.test' })
  assert.ok(await page.getByText('docker login -u erin.test').isVisible())
  assert.ok(await page.getByText('This turns green by itself').isVisible())
})

test('the page turns green by itself when the first push arrives', { skip: skipWithoutAccounts }, async () => {
  const { page, errors } = await browser.open('/', { as: 'erin.test' })
  await page.getByText('Waiting for your first push').waitFor()
  const repository = await Repository.open(LONGSHORE_URL, account('erin.test'), 'first')
  await repository.pushImage({ layers: [layer({ 'hello.txt': 'ahoy' })], architecture: 'amd64', tags: ['v1'] })
  await page.getByRole('status').getByText('It arrived').waitFor()
  await page.getByRole('link', { name: 'erin.test/first:v1' }).click()
  await page.getByRole('heading', { level: 1 }).waitFor()
  assert.deepEqual(errors, [])

  // From then on it is there from the beginning, and nothing is asked any more.
  const requests = []
  page.on('request', (request) => requests.push(new URL(request.url()).pathname))
  await page.goto('/')
  await untilHydrated(page)
  await page.getByText('It arrived').waitFor()
  assert.ok(!requests.includes('/api/v1/first-push'))
})

for (const javaScriptEnabled of [true, false]) {
  test(`on a phone one row leads everywhere, ${javaScriptEnabled ? 'with' : 'without'} scripts`, { skip: skipWithoutAccounts }, async () => {
    const options = { as: 'carol.test', viewport: { width: 320, height: 640 }, javaScriptEnabled }
    const { page } = await browser.open('/about', options)
    const bar = page.getByRole('banner')
    const { height } = await bar.boundingBox()
    assert.ok(height <= 130, `the bar with its search is ${height} pixels high`)
    const holds = bar.getByRole('link', { name: 'Holds' })
    assert.ok(!(await holds.isVisible()))
    await page.locator('.wordmark').focus()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await holds.waitFor()
    assert.ok(await bar.getByRole('link', { name: 'carol.test' }).isVisible())
    assert.ok(await bar.getByRole('button', { name: 'Sign out' }).isVisible())
    const { x, width } = await page.locator('.site-menu').boundingBox()
    assert.ok(x >= 0 && x + width <= 320, `${x} + ${width}`)
    if (javaScriptEnabled) {
      await page.evaluate(AXE)
      const { violations } = await page.evaluate(() => window.axe.run('header'))
      assert.deepEqual(violations.map(({ id }) => id), [])
    }
    await page.keyboard.press('Escape')
    assert.ok(!(await holds.isVisible()))
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/holds')
  })
}
