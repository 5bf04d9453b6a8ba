// The keys that work on every page.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { before, test } from 'node:test'

import { untilHydrated, useBrowser } from '../browser.mjs'
import { untilFindable } from '../findable.mjs'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const browser = useBrowser()
const focused = (page) => page.evaluate(() => document.activeElement.textContent || document.activeElement.id)

before(() => untilFindable('alice.test/harbour-master', 'alice.test/charts/harbour'))

test('somebody finds a repository and copies its pull command with the keyboard alone', async () => {
  const { page, errors } = await browser.open('/')
  const host = new URL(page.url()).host
  await page.keyboard.press('/')
  await page.keyboard.type('harbour')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/search?q=harbour')
  await untilHydrated(page)

  const names = await page.locator('.repository-row h3').allTextContents()
  await page.keyboard.press('j')
  assert.equal(await focused(page), names[0])
  await page.keyboard.press('ArrowDown')
  assert.equal(await focused(page), names[1])
  await page.keyboard.press('k')
  if (names[0] !== 'alice.test/harbour-master') await page.keyboard.press('j')
  assert.equal(await focused(page), 'alice.test/harbour-master')
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle)
  assert.equal(outline, 'solid', 'where the focus is can be seen')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'harbour-master' }).waitFor()
  await untilHydrated(page)

  await page.keyboard.press('c')
  await page.getByRole('status').getByText('Copied').first().waitFor({ state: 'attached' })
  const copied = await page.evaluate(() => navigator.clipboard.readText())
  assert.match(copied, new RegExp(`^docker pull ${host}/alice\\.test/harbour-master:[\\w.]+$`))
  assert.deepEqual(errors, [])
})

test('the keys are listed by one of them, and Escape leads back', async () => {
  const { page } = await browser.open('/search')
  const dialog = page.getByRole('dialog', { name: 'By keyboard' })
  assert.ok(!(await dialog.isVisible()))
  await page.keyboard.press('?')
  await dialog.waitFor()
  // Behind it nothing happens.
  await page.keyboard.press('j')
  assert.ok(await page.evaluate(() => document.activeElement.closest('dialog') !== null))
  await page.evaluate(AXE)
  const { violations } = await page.evaluate(() => window.axe.run('dialog'))
  assert.deepEqual(violations.map(({ id }) => id), [])
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'hidden' })

  const without = await browser.open('/about', { javaScriptEnabled: false })
  assert.ok(await without.page.locator('main').getByText('Copy the pull command of the page').isVisible())
})

test('in a field, keys are letters', async () => {
  const { page } = await browser.open('/search')
  await page.keyboard.press('/')
  assert.equal(await focused(page), 'q')
  await page.keyboard.type('c/j?k')
  assert.equal(await page.locator('#q').inputValue(), 'c/j?k')
  assert.ok(!(await page.getByRole('dialog').isVisible()))
  await page.keyboard.press('Escape')
  assert.notEqual(await focused(page), 'q')
  await page.keyboard.press('Control+c')
  assert.equal(await page.getByText('Copied').count(), 0)
})
