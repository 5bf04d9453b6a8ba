// After all other tests: nothing that they had to keep to themselves is in what the server wrote or answers. The log
// is that of the level `trace`.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { before, test } from 'node:test'

import { LONGSHORE_URL } from '../browser.mjs'
import { Person, query } from '../hold/xrpc.mjs'
import { addressOf, PAGES } from '../pages.mjs'
import { ACCOUNTS, account, cookiesOf, skipWithoutAccounts } from '../people.mjs'
import { notedSecrets } from '../secrets.mjs'

const skip = skipWithoutAccounts
const REPOSITORY = '/r/alice.test/harbour-master'
const JSON_ADDRESSES = ['/u/alice.test', '/search', ...['', '/-/tags', ':latest', ':latest/-/files'].map((rest) => REPOSITORY + rest)]
const OTHER_ADDRESSES = ['/metrics', '/health', '/ready', '/client-metadata.json', '/oauth/jwks.json', '/.well-known/did.json', '/feeds/u/alice.test']

// What pages show to whom it belongs.
const SHOWN = ['form token', 'user code', 'state of a sign-in']

// Secrets that no test sees, by how they look: tokens of PDSes, service tokens, DPoP proofs, our own tokens.
const LOOKS = {
  'a JSON web token': /\beyJ[\w-]{8,}\.[\w-]{8,}/,
  'an access token': /\blongshore_[0-9A-Za-z]{40,}/,
  'a token or code of a PDS': /\b(tok|ref|cod)-[0-9a-f]{16,}/,
  'credentials of a request': /\b(basic|bearer|dpop) [\w+/=.-]{16,}/i,
}

let secrets = []
before(async () => {
  if (skip) return
  // Pages that are made to be looked at have secrets of their own.
  for (const row of PAGES) await addressOf(row)
  secrets = [
    ...notedSecrets(),
    ...ACCOUNTS.flatMap(({ handle, password, appPassword }) => [
      { kind: 'password', value: password },
      { kind: 'app password', value: appPassword },
      { kind: 'app password', value: Buffer.from(`${handle}:${appPassword}`).toString('base64') },
    ]),
    ...keys(),
  ].flatMap((secret) => [secret, { ...secret, value: encodeURIComponent(secret.value) }])
})

// Each key of the data folder, as it could be written out.
function keys() {
  const folder = path.join(process.env.LONGSHORE_DATA ?? '', 'keys')
  if (!fs.existsSync(folder)) return []
  const spellings = ['hex', 'base64', 'base64url', 'latin1']
  return fs.readdirSync(folder).flatMap((file) => {
    const key = fs.readFileSync(path.join(folder, file))
    return spellings.map((spelling) => ({ kind: `key ${file}`, value: key.toString(spelling) }))
  })
}

/** What of `wanted` is in a text. */
function found(text, wanted = secrets) {
  const noted = wanted.filter(({ value }) => text.includes(value)).map(({ kind }) => kind)
  const looks = Object.entries(LOOKS).filter(([, look]) => look.test(text)).map(([kind]) => kind)
  return [...new Set([...noted, ...looks])]
}

/** Fails with the lines that have a secret; the secret itself is not told again. */
function assertNothingIn(name, text, wanted) {
  const kinds = found(text, wanted)
  if (kinds.length === 0) return
  const lines = text.split('\n').filter((line) => found(line, wanted).length > 0)
  let example = lines[0]
  for (const { value } of secrets) example = example.replaceAll(value, '…')
  for (const look of Object.values(LOOKS)) example = example.replace(look, '…')
  assert.fail(`${name} has ${kinds.join(', ')}, in ${lines.length} lines such as: ${example.slice(0, 300)}`)
}

async function textOf(address, headers = {}) {
  const response = await fetch(new URL(address, LONGSHORE_URL), { headers, redirect: 'manual' })
  return `${[...response.headers].map((header) => header.join(': ')).join('\n')}\n${await response.text()}`
}

test('the tests saw secrets of every kind, and each would be found', { skip }, () => {
  const kinds = new Set(secrets.map(({ kind }) => kind))
  for (const kind of ['password', 'app password', 'cookie', 'authorization code', 'registry token', 'form token', 'device code', 'access token', 'key sessions.key']) {
    assert.ok(kinds.has(kind), `no ${kind} was noted`)
  }
  for (const { kind, value } of secrets) assert.ok(found(`a line with ${value} in it`).includes(kind), kind)
})

test('no log line has a secret', { skip }, () => {
  const log = fs.readFileSync(process.env.LONGSHORE_LOG_FILE, 'latin1')
  assert.match(log, / TRACE /)
  assertNothingIn('the log', log)
})

test('what is kept has only hashes of secrets, or has them encrypted', { skip }, () => {
  // The address of an authorization request opens nothing without the cookie of its sign-in.
  const wanted = secrets.filter(({ kind }) => kind !== 'pushed authorization request')
  const folder = process.env.LONGSHORE_DATA
  for (const file of fs.readdirSync(folder).filter((name) => name.startsWith('longshore.db'))) {
    const text = fs.readFileSync(path.join(folder, file), 'latin1')
    const noted = wanted.filter(({ value }) => text.includes(value)).map(({ kind }) => kind)
    assert.deepEqual([...new Set(noted)], [], file)
  }
})

test('no page has a secret', { skip }, async () => {
  const wanted = secrets.filter(({ kind }) => !SHOWN.includes(kind))
  for (const row of PAGES) {
    const headers = row.as ? { cookie: cookiesOf(row.as) } : {}
    assertNothingIn(row.name, await textOf(await addressOf(row), headers), wanted)
  }
})

test('no JSON, metric, feed or document has a secret', { skip }, async () => {
  for (const address of [...JSON_ADDRESSES.map((address) => `/api/v1${address}`), ...OTHER_ADDRESSES]) {
    assertNothingIn(address, await textOf(address))
  }
})

test('no error has a secret that was sent', { skip }, async () => {
  const { value } = secrets.find(({ kind }) => kind === 'access token')
  const { appPassword, handle } = account('alice.test')
  for (const secret of [value, appPassword, `${value}x`]) {
    const basic = `Basic ${Buffer.from(`${handle}:${secret}`).toString('base64')}`
    for (const headers of [{ authorization: basic }, { authorization: `Bearer ${secret}` }, { cookie: `longshore-session=${secret}` }]) {
      for (const address of ['/auth/token?scope=nonsense', '/v2/alice.test/nothing/manifests/x', '/settings', `/oauth/callback?code=${secret}&state=${secret}`]) {
        // The token that is answered to a login is no leak.
        const text = (await textOf(address, headers)).replace(/^\{"token".*/m, '')
        assertNothingIn(address, text, secrets.filter(({ kind }) => !SHOWN.includes(kind)))
      }
    }
  }
  assertNothingIn('the log', fs.readFileSync(process.env.LONGSHORE_LOG_FILE, 'latin1'))
})

test('no export has a secret', { skip }, async () => {
  const { id: did } = await (await fetch(new URL('/.well-known/did.json', LONGSHORE_URL))).json()
  const alice = await Person.signIn(account('alice.test'))
  const method = 'io.atcr.hold.exportUserData'
  const exported = await query(LONGSHORE_URL, method, { userDid: alice.did }, await alice.token(did, method))
  assert.ok(exported.layerRecords.length > 0)
  assertNothingIn('the export', JSON.stringify(exported))
})
