// Pictures of every page on a phone and a desktop, light and dark, into end2end/screenshots.
import path from 'node:path'

import { chromium } from 'playwright-core'

import { DESKTOP, LAUNCH, LONGSHORE_URL, PHONE, untilHydrated } from './browser.mjs'
import { PAGES } from './pages.mjs'

const FOLDER = path.join(import.meta.dirname, 'screenshots')

const browser = await chromium.launch(LAUNCH)
for (const { name, path: address } of PAGES) {
  for (const [device, viewport] of Object.entries({ phone: PHONE, desktop: DESKTOP })) {
    for (const colorScheme of ['light', 'dark']) {
      const context = await browser.newContext({ baseURL: LONGSHORE_URL, viewport, colorScheme, locale: 'en-US' })
      const page = await context.newPage()
      await page.goto(address)
      await untilHydrated(page)
      const file = path.join(FOLDER, `${name}-${device}-${colorScheme}.png`)
      await page.screenshot({ path: file, fullPage: true })
      console.log(path.relative(process.cwd(), file))
      await context.close()
    }
  }
}
await browser.close()
