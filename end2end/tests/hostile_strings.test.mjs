// Ten thousand hostile strings where people, images and addresses bring text into the pages: nothing of them runs, with
// the content security policy and without it.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { LONGSHORE_URL, useBrowser } from '../browser.mjs'
import { HostileStrings, hostile } from '../hostile_strings.mjs'
import { callProcedure } from '../network/accounts.mjs'
import { account, skipWithoutAccounts } from '../people.mjs'
import { layer, Repository } from '../sample_images.mjs'

const skip = skipWithoutAccounts
const browser = useBrowser()
const strings = new HostileStrings()
const NAME = 'hostile'
const BASE = `/r/dora.test/${NAME}`
const ADDRESSES = [
  '/u/dora.test', '/search?q=hostile', BASE, `${BASE}-too`, `${BASE}/-/tags`, `${BASE}:one`, `${BASE}:two`, `${BASE}:one/-/files`,
  `${BASE}:one/-/files?path=text`, `${BASE}/-/compare?from=one&to=two`,
]

/** Pairs of strings as the names and values of an object. */
const pairs = (count) => Object.fromEntries(Array.from({ length: count }, () => [strings.next(), strings.next()]))

async function pushHostileImages() {
  const dora = account('dora.test')
  const repository = await Repository.open(LONGSHORE_URL, dora, NAME)
  const fileNames = strings.take(800, (text) => text.length < 100 && !/[/\n\u2028\u202e]/.test(text))
  const files = Object.fromEntries([...fileNames.map((name) => [name, 'x']), ['text', strings.take(1500).join('\n')]])
  const image = (tag) => {
    const layers = [layer(files)]
    const config = {
      Labels: pairs(800),
      Env: strings.take(500).map((text, index) => `E${index}=${text}`),
      Cmd: strings.take(100),
      Entrypoint: strings.take(100),
      User: strings.next(),
      WorkingDir: strings.next(),
      StopSignal: strings.next(),
      ExposedPorts: Object.fromEntries(strings.take(50).map((port) => [port, {}])),
      Volumes: Object.fromEntries(strings.take(50).map((volume) => [volume, {}])),
    }
    const history = strings.take(400).map((text) => ({ created_by: text, comment: strings.next(), author: strings.next(), empty_layer: true }))
    const annotations = { 'org.opencontainers.image.description': strings.next(), 'org.opencontainers.image.source': `javascript:${strings.next()}`, 'org.opencontainers.image.licenses': strings.next(), ...pairs(300) }
    return repository.pushImage({ layers, architecture: 'amd64', config, history: [{ created_by: strings.next() }, ...history], annotations, tags: [tag] })
  }
  // Before the first push: after it the server reads what there is, and keeps it for a while.
  await repository.describe(readme())
  await image('one')
  await image('two')
  const other = await Repository.open(LONGSHORE_URL, dora, `${NAME}-too`)
  await other.describe(readme())
  await other.pushImage({ layers: [layer({ x: 'x' })], architecture: 'amd64', tags: ['latest'] })
  const { accessJwt } = await callProcedure(dora.pds, 'com.atproto.server.createSession', { identifier: dora.did, password: dora.appPassword })
  const record = { $type: 'app.bsky.actor.profile', displayName: strings.next((text) => text.length < 64), description: strings.next() }
  await callProcedure(dora.pds, 'com.atproto.repo.putRecord', { repo: dora.did, collection: record.$type, rkey: 'self', record }, accessJwt)
}

// As many as a description may have bytes.
function readme() {
  const texts = []
  for (let size = 0; size < 90_000; size += texts.at(-1).length + 2) texts.push(strings.next())
  return texts.join('\n\n')
}

/** Addresses with a hostile string in each place that an answer may repeat. */
function hostileAddresses() {
  const places = ['/search?q=', `${BASE}/-/tags?filter=`, `${BASE}:one/-/files?path=`, `${BASE}:one/-/files?search=`, `${BASE}/-/compare?from=one&to=`, '/sign-in?return_to=', '/r/dora.test/', '/u/', '/']
  return places.flatMap((place) => strings.take(3, (text) => !text.includes('\u202e')).map((text) => place + encodeURIComponent(text)))
}

/** Opens pages one after the other and answers with what ran in them. */
async function visitAll(addresses, options) {
  const ran = []
  const { page, context } = await browser.open('/', options)
  await context.exposeBinding('hit', (source, number) => ran.push({ number, url: source.page.url() }))
  for (const address of addresses) {
    await page.goto(address)
    // What waits for a hand on it gets one.
    const dangers = await page.evaluate(() => {
      const found = []
      for (const element of document.querySelectorAll('*')) {
        for (const { name, value } of element.attributes) {
          const leads = ['href', 'src', 'action', 'formaction', 'data', 'xlink:href'].includes(name)
          if (/^on/i.test(name) || (leads && /^\s*(javascript|vbscript|data:text)/i.test(value))) found.push(element.outerHTML.slice(0, 200))
        }
        for (const event of ['mouseover', 'focus', 'toggle']) element.dispatchEvent(new Event(event))
      }
      return found
    })
    assert.deepEqual(dangers, [], address)
  }
  // One more turn of the browser, for what was only queued.
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))))
  await context.close()
  return ran
}

test('WB-09, WB-10, WB-12: ten thousand hostile strings run nothing', { skip }, async (t) => {
  await pushHostileImages()
  const addresses = [...ADDRESSES, ...hostileAddresses()]

  await t.test('they are in the pages', async () => {
    const seen = new Set()
    for (const address of ADDRESSES) {
      const text = await (await fetch(new URL(address, LONGSHORE_URL))).text()
      for (const [, number] of text.matchAll(/hit\((\d+)\)/g)) seen.add(number)
    }
    t.diagnostic(`${strings.count} strings, of which ${seen.size} are in the pages as text`)
    assert.ok(seen.size >= 10_000, `only ${seen.size}`)
  })

  await t.test('put into a page as they are, they would run', async () => {
    const { page, context } = await browser.open('/', { bypassCSP: true })
    const ran = new Set()
    await context.exposeBinding('hit', (_, number) => ran.add(number))
    for (let number = 0; number < 60; number++) {
      await page.route('**/control', (route) => route.fulfill({ contentType: 'text/html', body: `<body>${hostile(number)}` }), { times: 1 })
      await page.goto('/control')
    }
    assert.ok(ran.size > 15, `only ${[...ran]}`)
    await context.close()
  })

  for (const bypassCSP of [false, true]) {
    await t.test(bypassCSP ? 'without the policy nothing runs' : 'WB-02: with the policy nothing runs', async () => {
      assert.deepEqual(await visitAll(addresses, { bypassCSP }), [])
    })
  }
})
