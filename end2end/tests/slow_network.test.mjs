// Pages that arrive piece by piece, as over a bad line: what is there already stays where it is.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'

import { DESKTOP, LONGSHORE_URL, PHONE, untilHydrated, useBrowser } from '../browser.mjs'
import { layoutShifts } from '../layout_shifts.mjs'
import { addressOf, PAGES } from '../pages.mjs'
import { cookiesOf, skipWithoutAccounts } from '../people.mjs'

/** How many bytes come at once. */
const PIECE = 200
/** Long enough for the browser to paint what it has. */
const PAUSE_MS = 20

const browser = useBrowser()
let line

before(async () => {
  line = http.createServer(passOn)
  line.listen(0, '127.0.0.1')
  await once(line, 'listening')
})
after(() => line.close())

async function passOn(request, response) {
  const answer = await fetch(new URL(request.url, LONGSHORE_URL), {
    headers: { accept: request.headers.accept ?? '*/*', cookie: request.headers.cookie ?? '' },
    redirect: 'manual',
  })
  const body = Buffer.from(await answer.arrayBuffer())
  const kept = ['content-type', 'content-security-policy', 'location'].filter((name) => answer.headers.has(name))
  response.writeHead(answer.status, Object.fromEntries(kept.map((name) => [name, answer.headers.get(name)])))
  if (answer.headers.get('content-type')?.startsWith('text/html')) {
    // What all pages share comes slowly. Tables are as wide as their rows, so what is between comes whole.
    const [start, main, footer] = ['<body', '<main', '</main'].map((tag) => body.indexOf(tag))
    response.write(body.subarray(0, start))
    await drip(response, body.subarray(start, main))
    response.write(body.subarray(main, footer))
    await drip(response, body.subarray(footer))
    response.end()
  } else {
    response.end(body)
  }
}

async function drip(response, bytes) {
  for (let at = 0; at < bytes.length; at += PIECE) {
    response.write(bytes.subarray(at, at + PIECE))
    await pause(PAUSE_MS)
  }
}

// With and without somebody in the bar, and short enough for the foot to be seen.
const SHOWN = PAGES.filter(({ name }) => ['home', 'home-signed-in', 'not-found', 'device'].includes(name))

for (const row of SHOWN) {
  const { name, as } = row
  test(`${name} stays where it is while it arrives slowly`, { skip: as && skipWithoutAccounts }, async () => {
    const address = await addressOf(row)
    const opened = [DESKTOP, PHONE].map(async (viewport) => {
      const { page, context } = await browser.open('about:blank', { viewport, hydrated: false })
      if (as) await context.setExtraHTTPHeaders({ cookie: cookiesOf(as) })
      await page.goto(`http://127.0.0.1:${line.address().port}${address}`)
      await untilHydrated(page)
      const moved = await page.evaluate(layoutShifts)
      await context.close()
      return moved
    })
    assert.deepEqual((await Promise.all(opened)).flat(), [])
  })
}
