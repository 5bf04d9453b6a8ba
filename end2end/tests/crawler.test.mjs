// Somebody follows every link and sends every form that only asks: as nobody, as a stranger, as one of the crew, as the
// captain. Nothing leads nowhere (WB-15: or to another site by itself), and what lies in a private hold is seen by those who may pull from it alone.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'

import { LONGSHORE_URL } from '../browser.mjs'
import { crawl, visit } from '../crawler.mjs'
import { addToCrew } from '../crew.mjs'
import { TARGET, startLongshore } from '../network/longshore.mjs'
import { claimBlock, close } from '../network/ports.mjs'
import { ACCOUNTS, account, cookiesOf, signEverybodyIn, skipWithoutAccounts } from '../people.mjs'
import { layer, Repository } from '../sample_images.mjs'

const skip = skipWithoutAccounts
const VIEWERS = { nobody: undefined, 'a stranger': 'carol.test', 'one of the crew': 'dora.test', 'the captain': 'alice.test' }
// In the name, tag, description, label and file of the image in the private hold, and nowhere else.
const SEALED = ['sealed-cargo', 'midnight-tide', 'sealed-readme', 'sealed-label', 'sealed-file']

// A hold elsewhere may be down, and then its first page says so: `own` is the DID of the one that may not.
const mayFail = ({ address, status, text }, own) => {
  const isOfOther = /^(\/api\/v1)?\/hold\/[^/]+$/.test(address) && decodeURIComponent(address.split('/').pop()) !== own
  return status === 502 && isOfOther && /not answer/.test(text)
}

const holdOf = async (url) => (await fetch(`${url}/.well-known/atproto-did`)).text()

/** WB-15: an answer leads on by itself to this site alone. */
function assertLeadsNowhereElse(base, answers) {
  const away = answers.filter(({ location }) => location && new URL(location, base).origin !== new URL(base).origin)
  assert.deepEqual(away.map(({ address, location }) => `${address} leads to ${location}`), [])
}

function assertNoDeadEnd(answers, own) {
  const dead = answers.filter((answer) => answer.status >= 400 && !mayFail(answer, own))
  assert.deepEqual(dead.map(({ address, status, from }) => `${status} ${address}, from ${from}`), [])
}

const sealedIn = (answers) => answers.filter(({ text }) => SEALED.some((word) => text.includes(word))).map(({ address }) => address)

for (const [viewer, handle] of Object.entries(VIEWERS)) {
  test(`no link or form leads ${viewer} nowhere`, { skip }, async (t) => {
    const answers = await crawl(LONGSHORE_URL, handle && cookiesOf(handle))
    assertNoDeadEnd(answers, await holdOf(LONGSHORE_URL))
    assertLeadsNowhereElse(LONGSHORE_URL, answers)
    t.diagnostic(`${answers.length} addresses`)
    assert.ok(answers.length > 50, `only ${answers.length} addresses`)
    const isSignedIn = answers.some(({ text }) => text.includes('action="/sign-out"'))
    assert.equal(isSignedIn, handle !== undefined)
  })
}

test('whatever address the captain finds, nobody else breaks it', { skip }, async () => {
  const [answers, own] = [await crawl(LONGSHORE_URL, cookiesOf('alice.test')), await holdOf(LONGSHORE_URL)]
  for (const handle of [undefined, 'carol.test']) {
    for (const { address } of answers) {
      const answer = await visit(LONGSHORE_URL, address, handle && cookiesOf(handle))
      assert.ok(answer.status < 500 || mayFail(answer, own), `${answer.status} ${address} as ${handle}`)
    }
  }
})

test('a private hold', { skip }, async (t) => {
  const stops = []
  t.after(async () => {
    for (const stop of stops.reverse()) await stop()
  })
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'longshore-private-'))
  stops.push(() => fs.rmSync(folder, { recursive: true }))
  const signedIn = path.join(folder, 'signed-in')
  fs.mkdirSync(signedIn)
  const network = JSON.parse(process.env.LONGSHORE_NETWORK)
  const { base, first } = await claimBlock('auto', 1)
  stops.push(() => close(first))
  const longshore = await startLongshore({
    binary: process.env.LONGSHORE_BINARY ?? path.join(TARGET, 'debug/longshore'),
    port: base,
    dataDir: path.join(folder, 'data'),
    owner: 'alice.test',
    network,
    output: fs.openSync(path.join(TARGET, 'end2end-private.log'), 'w'),
    environment: { HOLD_PUBLIC: 'false' },
  })
  stops.push(longshore.stop)
  const { url } = longshore
  const own = await holdOf(url)
  await addToCrew(url, account('alice.test'), account('dora.test'))
  const sealed = await Repository.open(url, account('alice.test'), 'sealed-cargo')
  await sealed.describe('# sealed-readme\n')
  const config = { Labels: { 'org.example.label': 'sealed-label' } }
  await sealed.pushImage({ layers: [layer({ 'sealed-file': 'x' })], architecture: 'amd64', config, tags: ['midnight-tide'] })
  await signEverybodyIn(url, ACCOUNTS.filter(({ handle }) => Object.values(VIEWERS).includes(handle)), signedIn)

  let found
  for (const handle of ['alice.test', 'dora.test']) {
    await t.test(`is open to ${handle}, who finds the image, and no dead end`, async () => {
      found = await crawl(url, cookiesOf(handle, signedIn))
      assertNoDeadEnd(found, own)
      for (const word of SEALED) assert.ok(found.some(({ text }) => text.includes(word)), `${word} was not found`)
    })
  }

  for (const handle of [undefined, 'carol.test']) {
    await t.test(`shows nothing to ${handle ?? 'nobody'}, by links or by the addresses that others know`, async () => {
      const cookie = handle && cookiesOf(handle, signedIn)
      const answers = await crawl(url, cookie)
      assertNoDeadEnd(answers, own)
      assert.deepEqual(sealedIn(answers), [])
      const repository = '/alice.test/sealed-cargo'
      const others = [`/api/v1/r${repository}`, `/api/v1/r${repository}/-/tags`, `/feeds/r${repository}`, `/v2${repository}/tags/list`, `/v2/_catalog`]
      for (const address of [...found.map(({ address }) => address), '/api/v1/search', '/api/v1/u/alice.test', '/feeds/u/alice.test', ...others]) {
        const answer = await visit(url, address, cookie)
        const { status, text } = answer
        assert.ok(status < 500 || mayFail(answer, own), `${status} ${address}`)
        // What was asked for may be named in the answer; what it is may not.
        const asked = SEALED.filter((word) => decodeURIComponent(address).includes(word))
        const told = SEALED.filter((word) => !asked.includes(word) && text.includes(word))
        assert.deepEqual(told, [], address)
        if (asked.length > 0 && address.startsWith('/r/')) assert.ok([303, 403, 404].includes(status), `${status} ${address}`)
      }
    })
  }
})
