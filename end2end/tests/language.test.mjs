// Pages in English with accents: what is plain on them is not in the message catalogue, and what does not fit will not fit in
// longer languages.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { untilHydrated, useBrowser } from '../browser.mjs'
import { startOwnServer } from '../own_server.mjs'
import { account, agreeAtServer, skipWithoutAccounts } from '../people.mjs'

/** The pages, by whom they are looked at; `hold` is the path of the server's hold. */
const AS_NOBODY = ['/', '/search', '/holds', '/holds/set-up', '/about', '/privacy', '/terms', '/status', '/install', '/sign-in', '/no/such/page']
const AS_CAPTAIN = (hold) => [
  '/',
  '/u/alice.test',
  '/u/nobody.test',
  '/r/alice.test/nothing',
  '/holds',
  hold,
  ...['crew', 'crew/add?who=bob.test', 'quotas', 'settings', 'captaincy', 'usage', 'space?plan=1', 'network', 'activity'].map((page) => `${hold}/${page}`),
  ...['', '/sessions', '/tokens', '/quota', '/data'].map((page) => `/settings${page}`),
  '/device',
]

const browser = useBrowser()

/** Every text of the page, and every attribute that is said, but for what machines read; runs in the page. */
function texts() {
  const said = ['alt', 'aria-label', 'placeholder', 'title']
  const found = said.flatMap((name) => [...document.querySelectorAll(`[${name}]`)].map((element) => element.getAttribute(name)))
  for (const { content } of document.querySelectorAll('meta[name=description], meta[property^="og:"]')) found.push(content)
  const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const { data, parentElement } = walker.currentNode
    if (!parentElement.closest('code, pre, kbd, script, style')) found.push(data)
  }
  return found
}

/** Two plain words one after the other. Vowels have no accents. */
const isPlain = (text) => /(?<![^\s])[a-z]*[b-df-hj-np-tv-z][a-z]* [a-z]*[b-df-hj-np-tv-z][a-z]*(?![^\s.,:;])/.test(text)
/** What a hold publishes about itself is the hold's own. */
const OF_HOLD = 'Storage for container images, run by'

test('speaks from the message catalogue alone, and has room for longer words', { skip: skipWithoutAccounts }, async (t) => {
  const { url, hold } = await startOwnServer(t, 'language', { LONGSHORE_LANGUAGE: 'en-XA' })
  const { page, errors } = await browser.open(`${url}/sign-in`)
  const look = async (address) => {
    await t.test(address.replace(hold, '/hold/<did>'), async () => {
      await page.setViewportSize({ width: 320, height: 800 })
      await page.goto(`${url}${address}`)
      await untilHydrated(page)
      assert.equal(await page.locator('html').getAttribute('lang'), 'en-XA')
      const plain = (await page.evaluate(texts)).filter((text) => isPlain(text) && !text.startsWith(OF_HOLD))
      assert.deepEqual(plain, [])
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      assert.ok(overflow <= 0, `${overflow} pixels too wide at 320`)
    })
  }
  for (const address of AS_NOBODY) await look(address)

  await page.goto(`${url}/sign-in`)
  await page.locator('main input:not([type=hidden])').first().fill('alice.test')
  await page.locator('main form button').first().click()
  await agreeAtServer(page, account('alice.test'))
  await page.waitForURL((address) => address.origin === url && address.pathname !== '/oauth/callback')
  for (const address of AS_CAPTAIN(hold)) await look(address)
  assert.deepEqual(errors.filter((error) => !error.includes('404')), [])
})
