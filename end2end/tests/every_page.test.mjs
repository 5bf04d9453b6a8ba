// What holds for every page: it fits a small screen, it is accessible, it has the right status.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { test } from 'node:test'

import { LONGSHORE_URL, untilHydrated, useBrowser } from '../browser.mjs'
import { layoutShifts } from '../layout_shifts.mjs'
import { addressOf, PAGES } from '../pages.mjs'
import { cookiesOf, skipWithoutAccounts } from '../people.mjs'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const STANDARDS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

const browser = useBrowser()

for (const row of PAGES) {
  const { name, status, as } = row
  test(`${name} as ${as ?? 'nobody'}`, { skip: as && skipWithoutAccounts }, async (t) => {
    const address = await addressOf(row)

    await t.test(`has the status ${status} and a heading`, async () => {
      const headers = { accept: 'text/html', ...(as && { cookie: cookiesOf(as) }) }
      const response = await fetch(new URL(address, LONGSHORE_URL), { headers, redirect: 'manual' })
      assert.equal(response.status, status)
      assert.match(response.headers.get('content-type'), /^text\/html/)
      assert.match(await response.text(), /<h1/)
    })

    // Colours change at once then, and are not looked at half-way.
    const { page, asked } = await browser.open(address, { as, colorScheme: 'light', reducedMotion: 'reduce' })
    await t.test('WB-16: asks no other site for anything', () => {
      const own = new URL(LONGSHORE_URL).origin
      assert.ok(asked.length > 3, `only ${asked.length} requests`)
      assert.deepEqual(asked.filter((url) => !url.startsWith('data:') && new URL(url).origin !== own), [])
    })
    await t.test('stays where it is while it loads', async () => {
      let moved = await page.evaluate(layoutShifts)
      if (moved.length > 0) {
        // A busy machine paints a page before all of it has come, and rows make room for those behind them. What moves
        // for another reason moves again.
        await page.reload()
        await untilHydrated(page)
        moved = await page.evaluate(layoutShifts)
      }
      assert.deepEqual(moved, [])
    })
    // In the page's own world the policy would forbid it; evaluate() runs beside it.
    await page.evaluate(AXE)

    for (const colorScheme of ['light', 'dark']) {
      await t.test(`is accessible in the ${colorScheme} theme`, async () => {
        await page.emulateMedia({ colorScheme })
        const { violations } = await page.evaluate(
          (standards) => window.axe.run({ runOnly: { type: 'tag', values: standards } }),
          STANDARDS,
        )
        const found = violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map((node) => node.html) }))
        assert.deepEqual(found, [])
      })
    }

    for (const width of [320, 768, 1920, 2560]) {
      await t.test(`does not overflow at ${width} pixels`, async () => {
        await page.setViewportSize({ width, height: 800 })
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
        assert.ok(overflow <= 0, `${overflow} pixels too wide`)
      })
    }
    await page.context().close()
  })
}
