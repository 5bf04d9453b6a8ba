// Runs the tests of the pages, or takes the screenshots, against a server of their own.
//
//   node end2end/run_tests.mjs [--screenshots]
//
// With LONGSHORE_URL set, that server is used. Otherwise the built binary is started with a local
// network and a data folder that both vanish afterwards.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'

import { TARGET, startLongshore } from './network/longshore.mjs'
import { NODE } from './network/node_version.mjs'
import { claimBlock, close } from './network/ports.mjs'
import { pushSamples } from './sample_images.mjs'

const FOLDER = import.meta.dirname
const tests = fs.readdirSync(path.join(FOLDER, 'tests')).map((file) => path.join(FOLDER, 'tests', file))
const work = process.argv.includes('--screenshots') ? [path.join(FOLDER, 'screenshots.mjs')] : ['--test', ...tests]

const stops = []
// Somebody whom the tests sign in as.
const account = {}
let code = 1
try {
  const url = process.env.LONGSHORE_URL ?? (await startStack())
  code = await run(process.execPath, work, { ...process.env, ...account, LONGSHORE_URL: url })
} finally {
  for (const stop of stops.reverse()) await stop()
}
process.exitCode = code

async function startStack() {
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'longshore-end2end-'))
  stops.push(() => fs.rmSync(dataDir, { recursive: true, force: true }))
  const network = await startNetwork()
  account.LONGSHORE_ACCOUNT = JSON.stringify(network.accounts[0])
  const { base, first } = await claimBlock('auto', 1)
  stops.push(() => close(first))
  const log = fs.openSync(path.join(TARGET, 'end2end-longshore.log'), 'w')
  const longshore = await startLongshore({
    binary: process.env.LONGSHORE_BINARY ?? path.join(TARGET, 'debug/longshore'),
    port: base,
    dataDir,
    owner: network.accounts[0].handle,
    network,
    exampleHandle: network.accounts[0].handle,
    output: log,
  })
  stops.push(longshore.stop)
  await pushSamples({ url: longshore.url, network })
  return longshore.url
}

// A process of its own, because it needs the Node that its packages were built for.
async function startNetwork() {
  const script = path.join(FOLDER, 'network/network.mjs')
  const child = spawn(NODE, [script, '--port', 'auto', '--until-stdin-closes', '--app-passwords'], {
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
