// Light, dark, or as the system says.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { untilHydrated, useBrowser } from '../browser.mjs'

const browser = useBrowser()
const background = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
const choose = (page, label) => page.locator('.theme-switch label', { hasText: label }).click()

test('the page follows the theme of the system', async () => {
  const light = await browser.open('/', { colorScheme: 'light' })
  const dark = await browser.open('/', { colorScheme: 'dark' })
  assert.notEqual(await background(light.page), await background(dark.page))
})

test('a chosen theme is there before the first paint of the next page', async () => {
  const { page } = await browser.open('/', { colorScheme: 'light' })
  const light = await background(page)
  await choose(page, 'Dark')
  const dark = await background(page)
  assert.notEqual(dark, light)

  // Nothing but the document itself and its style: the island has not come alive.
  await page.route(/\.(js|wasm)$/, (route) => route.abort())
  await page.reload()
  assert.equal(await page.locator('html').getAttribute('data-theme'), 'dark')
  assert.equal(await background(page), dark)
  await page.unroute(/\.(js|wasm)$/)

  await page.reload()
  await untilHydrated(page)
  assert.ok(await page.getByRole('radio', { name: 'Dark' }).isChecked())
  await choose(page, 'As the system')
  assert.equal(await background(page), light)
})
