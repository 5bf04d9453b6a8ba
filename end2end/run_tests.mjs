// Runs the tests of the pages, or takes the screenshots, against a server of their own.
//
//   node end2end/run_tests.mjs [--screenshots] [word…]
//
// Words choose the test files, or the pages, whose names contain one of them.
// With LONGSHORE_URL set, that server is used. Otherwise the built binary is started with a local
// network and a data folder that both vanish afterwards.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'

import { addToCrew } from './crew.mjs'
import { TARGET, startLongshore } from './network/longshore.mjs'
import { NODE } from './network/node_version.mjs'
import { claimBlock, close } from './network/ports.mjs'
import { signEverybodyIn } from './people.mjs'
import { pushSamples } from './sample_images.mjs'

const FOLDER = import.meta.dirname
// The captain of the hold, who has images; somebody else; a stranger, who never does anything; one of the crew;
// another one, who has not pushed yet; and one who logs in by the credential helper alone.
const ACCOUNTS = ['alice.test', 'bob.test', 'carol.test', 'dora.test', 'erin.test', 'finn.test']
const TEST = ['--test', `--test-reporter=${path.join(FOLDER, 'reporter.mjs')}`]
const takesScreenshots = process.argv.includes('--screenshots')
const words = process.argv.slice(2).filter((argument) => !argument.startsWith('--'))

const stops = []
let code = 1
try {
  const stack = process.env.LONGSHORE_URL ? {} : await startStack()
  code = await run(process.execPath, work(), { ...process.env, ...stack })
  // What is looked for in everything that the others left behind.
  const last = filesIn('afterwards')
  if (!takesScreenshots && last.length > 0) {
    code = (await run(process.execPath, [...TEST, ...last], { ...process.env, ...stack })) || code
  }
} finally {
  for (const stop of stops.reverse()) await stop()
}
process.exitCode = code

function work() {
  if (takesScreenshots) return [path.join(FOLDER, 'screenshots.mjs'), ...words]
  // One file at a time: they share accounts, and what one of them allows another finds allowed.
  return [...TEST, '--test-concurrency=1', ...filesIn('tests')]
}

/** The test files of a folder that the words choose. */
function filesIn(folder) {
  const files = fs.readdirSync(path.join(FOLDER, folder)).filter((file) => file.endsWith('.test.mjs'))
  const chosen = files.filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
  return chosen.map((file) => path.join(FOLDER, folder, file))
}

// Answers with what the tests find in their environment.
async function startStack() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'longshore-end2end-'))
  stops.push(() => fs.rmSync(folder, { recursive: true, force: true }))
  const [dataDir, signedIn] = ['data', 'signed-in'].map((name) => path.join(folder, name))
  fs.mkdirSync(signedIn, { mode: 0o700 })
  process.env.LONGSHORE_SECRETS = path.join(folder, 'secrets')
  const network = await startNetwork()
  const { base, first } = await claimBlock('auto', 1)
  stops.push(() => close(first))
  const log = path.join(TARGET, 'end2end-longshore.log')
  const longshore = await startLongshore({
    binary: process.env.LONGSHORE_BINARY ?? path.join(TARGET, 'debug/longshore'),
    port: base,
    dataDir,
    owner: network.accounts[0].handle,
    network,
    exampleHandle: network.accounts[0].handle,
    output: fs.openSync(log, 'w'),
    // Whatever it can say, it says: see afterwards/secrets.test.mjs.
    environment: { LONGSHORE_LOG: 'trace' },
  })
  stops.push(longshore.stop)
  await pushSamples({ url: longshore.url, network })
  const byHandle = Object.fromEntries(network.accounts.map((account) => [account.handle, account]))
  for (const member of ['dora.test', 'erin.test', 'finn.test']) await addToCrew(longshore.url, byHandle['alice.test'], byHandle[member])
  await signEverybodyIn(longshore.url, network.accounts, signedIn)
  return {
    LONGSHORE_URL: longshore.url,
    LONGSHORE_ACCOUNTS: JSON.stringify(network.accounts),
    LONGSHORE_NETWORK: JSON.stringify(network),
    LONGSHORE_SIGNED_IN: signedIn,
    LONGSHORE_DATA: dataDir,
    LONGSHORE_LOG_FILE: log,
  }
}

// A process of its own, because it needs the Node that its packages were built for.
async function startNetwork() {
  const script = path.join(FOLDER, 'network/network.mjs')
  const accounts = ACCOUNTS.flatMap((handle) => ['--account', handle])
  const child = spawn(NODE, [script, '--port', 'auto', '--until-stdin-closes', '--app-passwords', ...accounts], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const exited = new Promise((resolve) => child.once('exit', resolve))
  stops.push(() => {
    child.stdin.end()
    return exited
  })
  const ready = new Promise((resolve) => createInterface(child.stdout).once('line', resolve))
  const line = await Promise.race([ready, exited])
  if (typeof line !== 'string') throw new Error(`the local network ended with exit code ${line}`)
  return JSON.parse(line)
}

function run(program, args, env) {
  return new Promise((resolve) => {
    spawn(program, args, { stdio: 'inherit', env }).once('exit', (code) => resolve(code ?? 1))
  })
}
