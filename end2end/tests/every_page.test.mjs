// What holds for every page: it fits a small screen, it is accessible, it has the right status.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { test } from 'node:test'

import { LONGSHORE_URL, useBrowser } from '../browser.mjs'
import { PAGES } from '../pages.mjs'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const STANDARDS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

const browser = useBrowser()

for (const { name, path, status } of PAGES) {
  test(`${name}: status ${status}`, async () => {
    const response = await fetch(new URL(path, LONGSHORE_URL))
    assert.equal(response.status, status)
    assert.match(response.headers.get('content-type'), /^text\/html/)
    assert.match(await response.text(), /<h1/)
  })

  for (const width of [320, 768, 1920]) {
    test(`${name}: nothing overflows at ${width} pixels`, async () => {
      const { page } = await browser.open(path, { viewport: { width, height: 800 } })
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      assert.ok(overflow <= 0, `${overflow} pixels too wide`)
    })
  }

  for (const colorScheme of ['light', 'dark']) {
    test(`${name}: accessible in the ${colorScheme} theme`, async () => {
      const { page } = await browser.open(path, { colorScheme })
      // In the page's own world the policy would forbid it; evaluate() runs beside it.
      await page.evaluate(AXE)
      const { violations } = await page.evaluate(
        (standards) => window.axe.run({ runOnly: { type: 'tag', values: standards } }),
        STANDARDS,
      )
      const found = violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map((node) => node.html) }))
      assert.deepEqual(found, [])
    })
  }
}
