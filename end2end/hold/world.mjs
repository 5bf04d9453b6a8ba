// A PLC directory, a PDS and a Longshore of their own, for the tests of one file.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

import { TARGET, startLongshore } from '../network/longshore.mjs'
import { requireNodeOfThisFolder } from '../network/node_version.mjs'
import { claimBlock, close } from '../network/ports.mjs'

requireNodeOfThisFolder('end2end/hold')
// So that a test that is interrupted takes Longshore along.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
// Read by the PDS's packages when they are loaded, hence the late import.
process.env.LOG_ENABLED ??= 'false'
const { startNetwork } = await import('../network/start_network.mjs')

/**
 * Starts all of it. alice.test is the captain of the hold, bob.test is nobody to it. `environment` has
 * further settings of Longshore.
 *
 * The answer has the accounts `alice` and `bob`, the `network`, the hold's `url`, `port` and `did`,
 * `crash`, which kills Longshore and starts it again, `up`, which waits while it is down, and `stop`.
 */
export async function startWorld(environment = {}) {
  const stops = []
  const stop = async () => {
    for (const step of stops.splice(0).reverse()) await step()
  }
  try {
    return await start(environment, stops, stop)
  } catch (error) {
    await stop()
    throw error
  }
}

async function start(environment, stops, stop) {
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'longshore-hold-'))
  stops.push(() => fs.rmSync(dataDir, { recursive: true, force: true }))
  const { ready, stop: stopNetwork } = await startNetwork({
    port: 'auto',
    pdsCount: 1,
    appPasswords: true,
    documentStyle: 'multikey',
    doors: [],
    pdsSettings: {},
  })
  stops.push(stopNetwork)
  const [alice, bob] = ready.accounts
  const { base, first } = await claimBlock('auto', 1)
  stops.push(() => close(first))
  const log = fs.openSync(path.join(TARGET, `end2end-hold-${path.basename(process.argv[1], '.test.mjs')}.log`), 'w')
  stops.push(() => fs.closeSync(log))

  const launch = () =>
    startLongshore({
      binary: process.env.LONGSHORE_BINARY ?? path.join(TARGET, 'debug/longshore'),
      port: base,
      dataDir,
      owner: alice.handle,
      network: ready,
      environment,
      output: log,
    }).then((longshore) => {
      process.once('exit', longshore.kill)
      longshore.exited.then(() => process.off('exit', longshore.kill))
      return longshore
    })
  let running = launch()
  stops.push(() => running.then((longshore) => longshore.stop()))
  const { url } = await running
  return {
    alice,
    bob,
    network: ready,
    url,
    port: base,
    did: await (await fetch(`${url}/.well-known/atproto-did`)).text(),
    up: () => running,
    crash() {
      running = running.then(async (longshore) => {
        longshore.kill()
        await longshore.exited
        return launch()
      })
      return running
    },
    stop,
  }
}
