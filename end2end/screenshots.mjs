// Pictures of every page on a phone and a desktop, light and dark, into end2end/screenshots. Words after the name of
// the program choose pages: those whose names contain one of them.
import path from 'node:path'

import { chromium } from 'playwright-core'

import { DESKTOP, LONGSHORE_URL, PHONE, untilHydrated } from './browser.mjs'
import { LAUNCH } from './launch.mjs'
import { addressOf, PAGES } from './pages.mjs'
import { ACCOUNTS, signedInAs } from './people.mjs'

const FOLDER = path.join(import.meta.dirname, 'screenshots')

const words = process.argv.slice(2)
const chosen = ({ name, as }) =>
  (words.length === 0 || words.some((word) => name.includes(word))) && (!as || ACCOUNTS.length > 0)

const browser = await chromium.launch(LAUNCH)
for (const row of PAGES.filter(chosen)) {
  const address = await addressOf(row)
  for (const [device, viewport] of Object.entries({ phone: PHONE, desktop: DESKTOP })) {
    for (const colorScheme of ['light', 'dark']) {
      const storageState = row.as && signedInAs(row.as)
      const options = { baseURL: LONGSHORE_URL, viewport, colorScheme, storageState, locale: 'en-US' }
      const context = await browser.newContext(options)
      const page = await context.newPage()
      await page.goto(address)
      await untilHydrated(page)
      const file = path.join(FOLDER, `${row.name}-${device}-${colorScheme}.png`)
      await page.screenshot({ path: file, fullPage: true })
      console.log(path.relative(process.cwd(), file))
      await context.close()
    }
  }
}
await browser.close()
