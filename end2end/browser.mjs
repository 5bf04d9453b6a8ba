// The browser that the tests drive, and what they need to know of the page in it.
import { after, before } from 'node:test'

import { chromium } from 'playwright-core'

import { byKeysAlone } from './keys.mjs'
import { LAUNCH } from './launch.mjs'
import { signedInAs } from './people.mjs'
import { noteCookies, noteRequest } from './secrets.mjs'

/** Where the server under test answers; `run_tests.mjs` starts one and sets this. */
export const LONGSHORE_URL = process.env.LONGSHORE_URL

export const PHONE = { width: 390, height: 844 }
export const DESKTOP = { width: 1280, height: 900 }

/**
 * Starts a browser for the tests of one file. The answer opens pages in fresh contexts, with `as` signed in as the
 * account of that handle, with `keys` used by keys alone, and keeps what they ask for and their console errors, among
 * which are violations of the content security policy.
 */
export function useBrowser() {
  let browser
  before(async () => {
    browser = await chromium.launch(LAUNCH)
  })
  after(async () => {
    for (const context of browser?.contexts() ?? []) noteCookies(await context.cookies())
    await browser?.close()
  })
  return {
    async open(path, { as, hydrated = true, keys = false, ...options } = {}) {
      const context = await browser.newContext({
        baseURL: LONGSHORE_URL,
        viewport: DESKTOP,
        locale: 'en-US',
        permissions: ['clipboard-read', 'clipboard-write'],
        ...(as && { storageState: signedInAs(as) }),
        ...options,
      })
      const asked = []
      context.on('request', (request) => {
        noteRequest(request)
        asked.push(request.url())
      })
      const page = await context.newPage()
      const errors = []
      page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
      page.on('pageerror', (error) => errors.push(error.message))
      const response = await page.goto(path)
      if (hydrated && options.javaScriptEnabled !== false) await untilHydrated(page)
      return { page: keys ? byKeysAlone(page) : page, context, errors, asked, status: response?.status(), headers: response?.headers() }
    },
  }
}

/** The theme switch knows its state only once its island has come alive. */
export async function untilHydrated(page) {
  await page.locator('.theme-switch input:checked').waitFor({ state: 'attached' })
}
