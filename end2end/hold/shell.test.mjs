// The commands of docs/holds.md, as they stand there, in bash: against a hold and a PDS.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import crypto from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'

import { expired } from '../network/sessions.mjs'
import { pushImage } from './image.mjs'
import { ANSWERS, COMMANDS, SETTINGS, commandsWith } from './page.mjs'
import { startWorld } from './world.mjs'
import { Person, query } from './xrpc.mjs'

const EXPORT = 'io.atcr.hold.exportUserData'
const SESSION = commandsWith('com.atproto.server.createSession')
const TOKEN = commandsWith('token() {')
const EXPORTING = commandsWith(EXPORT)
const LAYER = commandsWith('com.atproto.sync.getBlob')

/** Answers that the page explains and a test has seen. */
const explained = new Set()
let hold, layers, folder

before(async () => {
  hold = await startWorld({ HOLD_PUBLIC: 'false' })
  layers = await pushImage(hold.url, hold.alice, 'ahoy')
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'longshore-shell-'))
})
after(async () => {
  if (folder) fs.rmSync(folder, { recursive: true })
  await hold?.stop()
})

test('the settings to fill in are the four that are filled in here', () => {
  const names = [...SETTINGS.matchAll(/^(\w+)=/gm)].map(([, name]) => name)
  assert.deepEqual(names, Object.keys(settingsOf(hold.alice)))
})

test('the commands, one after the other, give the export, the quota and a layer', async () => {
  const { stdout, stderr, code } = await shell(hold.alice, ...COMMANDS)
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  const [exported, quota] = readJson(stdout.replace(/^layer: .*$/m, ''))

  assert.equal(exported.userDid, hold.alice.did)
  assert.equal(exported.holdDid, hold.did)
  assert.equal(exported.isCaptain, true)
  assert.equal(exported.crewRecord.role, 'owner')
  assert.equal(exported.statsRecords[0].repository, 'ahoy')
  assert.deepEqual(JSON.parse(fs.readFileSync(path.join(folder, 'export.json'), 'utf8')), exported)
  const digests = exported.layerRecords.map(({ digest }) => digest)
  for (const { digest } of layers) assert.ok(digests.includes(digest), digest)

  const totalSize = exported.layerRecords.reduce((total, { size }) => total + size, 0)
  assert.deepEqual(quota, { userDid: hold.alice.did, uniqueBlobs: digests.length, totalSize })

  assert.match(stdout, /^layer: OK$/m)
  const layer = fs.readFileSync(path.join(folder, 'layer'))
  assert.equal(`sha256:${crypto.createHash('sha256').update(layer).digest('hex')}`, digests[0])
})

test('to somebody who is nothing to the hold it exports that, and gives no layer', async () => {
  const { stdout } = await shell(hold.bob, SESSION, TOKEN, EXPORTING)
  const [exported] = readJson(stdout)
  assert.equal(exported.userDid, hold.bob.did)
  assert.deepEqual([exported.isCaptain, exported.crewRecord, exported.layerRecords], [false, undefined, []])

  const forAlice = JSON.stringify({ layerRecords: layers })
  const refused = await shell(hold.bob, SESSION, TOKEN, `cat >export.json <<<'${forAlice}'`, LAYER)
  assert.match(refused.stderr, /error: 403/)
  explains(refused, 'Access denied: user is not a crew member')
})

test('an expired token is named, and a fresh one works', async () => {
  const alice = await Person.signIn(hold.alice)
  const expires = Math.floor(Date.now() / 1000) + 2
  const wish = { aud: hold.did, lxm: EXPORT, exp: expires }
  const { token } = await query(alice.pds, 'com.atproto.server.getServiceAuth', wish, alice.accessJwt)
  while (Date.now() < expires * 1000) await wait(expires * 1000 - Date.now())
  explains(await shell(hold.alice, SESSION, `token() { echo '${token}'; }`, EXPORTING), 'Token expired')
  await works(SESSION, `token() { echo '${token}'; }`, TOKEN, EXPORTING)
})

test('an expired session is named, and a new one works', async () => {
  const { accessJwt } = await Person.signIn(hold.alice)
  const over = `SESSION='${JSON.stringify({ accessJwt: expired(accessJwt) })}'`
  const answer = await shell(hold.alice, SESSION, TOKEN, over, EXPORTING)
  assert.match(answer.stderr, /ExpiredToken: Token has expired/)
  explains(answer, 'ExpiredToken')
  await works(SESSION, TOKEN, over, SESSION, EXPORTING)
})

test('a token for another hold is named, and one for this hold works', async () => {
  const other = 'AUDIENCE=did:web:hold.example'
  explains(await shell(hold.alice, SESSION, TOKEN, other, EXPORTING), 'Audience mismatch')
  await works(SESSION, other, TOKEN, EXPORTING)
})

test('a token for no method is named', async () => {
  const withoutMethod = TOKEN.replace(' --data-urlencode "lxm=$1"', '')
  assert.notEqual(withoutMethod, TOKEN)
  explains(await shell(hold.alice, SESSION, withoutMethod, EXPORTING), 'it names no method')
})

test('a token that was used is named', async () => {
  const once = `ONCE=$(token ${EXPORT})\ntoken() { echo "$ONCE"; }`
  explains(await shell(hold.alice, SESSION, TOKEN, once, EXPORTING, EXPORTING), 'it was used before')
})

test('every answer that the page explains was seen', () => {
  assert.deepEqual([...explained].sort(), [...ANSWERS].sort())
})

function explains({ stdout, stderr }, answer) {
  assert.ok(ANSWERS.includes(answer), `docs/holds.md does not explain: ${answer}`)
  assert.ok(`${stdout}${stderr}`.includes(answer), `${stdout}${stderr}`)
  explained.add(answer)
}

async function works(...commands) {
  const { stdout } = await shell(hold.alice, ...commands)
  assert.equal(readJson(stdout)[0].userDid, hold.alice.did)
}

function settingsOf(account) {
  return { PDS: account.pds, HOLD: hold.url, HANDLE: account.handle, PASSWORD: account.appPassword }
}

/** Types `commands` into a bash in `folder` that knows nothing but somebody's settings. */
async function shell(account, ...commands) {
  const env = { PATH: process.env.PATH, LC_ALL: 'C' }
  const child = spawn('bash', ['--noprofile', '--norc', '-s'], { cwd: folder, env })
  const answer = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr']) {
    child[stream].setEncoding('utf8').on('data', (text) => (answer[stream] += text))
  }
  const settings = Object.entries(settingsOf(account)).map(([name, value]) => `${name}='${value}'\n`)
  child.stdin.end([...settings, ...commands.map((block) => `${block}\n`)].join(''))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ ...answer, code }))
  })
}

/** The documents that jq printed one after the other. */
function readJson(text) {
  return text.split(/(?<=^\})\n/m).filter((part) => part.trim()).map((part) => JSON.parse(part))
}
