// `make run`: a local network with two accounts, and Longshore wired to it, until Ctrl-C.
//
//   node run.mjs --network local                         everything on this machine
//   node run.mjs --network atmosphere --owner HANDLE     Longshore alone, against the public network
//
// Data stays in ./data, so that running it again finds accounts and images. When one part ends, all
// end, with its exit code.
import path from 'node:path'
import { parseArgs } from 'node:util'

import { requireNodeOfThisFolder } from './node_version.mjs'

requireNodeOfThisFolder('end2end/network/run.mjs')
// Read by the PDS's packages when they are loaded, hence the late imports.
process.env.LOG_ENABLED ??= 'false'
const { writeHelloImage } = await import('./hello_image.mjs')
const { TARGET, startLongshore } = await import('./longshore.mjs')
const { atmosphereWelcome, localWelcome } = await import('./welcome.mjs')

const BINARY = path.join(TARGET, 'release/longshore')
const NETWORK_PORT = '2582'

const { values } = parseArgs({
  options: {
    network: { type: 'string', default: 'local' },
    owner: { type: 'string', default: '' },
    port: { type: 'string', default: '5000' },
  },
})

const running = []
let ending = false

/** Stops what runs, the latest first, and leaves. A second Ctrl-C does not wait. */
async function end(code, reason) {
  if (ending) return
  ending = true
  if (reason) console.error(`\n${reason}`)
  for (const part of running.reverse()) await part.stop()
  process.exit(code)
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (ending) {
      running.forEach((part) => part.kill?.())
      process.exit(130)
    }
    end(0, 'Stopping. The data stays in ./data; press Ctrl-C again not to wait.')
  })
}
// The PLC directory and the PDS run in this process: their bugs end everything, too.
process.on('uncaughtException', (error) => end(1, `The local network failed: ${error.stack}`))

try {
  if (values.network === 'local') await runLocal()
  else if (values.network === 'atmosphere') await runAgainstAtmosphere()
  else await end(2, `NETWORK=${values.network}: expected local or atmosphere`)
} catch (error) {
  await end(1, error.message)
}

async function runLocal() {
  const { startNetwork } = await import('./start_network.mjs')
  const network = await startNetwork({
    port: NETWORK_PORT,
    pdsCount: 1,
    appPasswords: true,
    dir: 'data/network',
    documentStyle: 'multikey',
    doors: [],
    pdsSettings: {},
  })
  running.push(network)
  const [alice] = network.ready.accounts
  const longshore = await serve({
    dataDir: './data',
    owner: alice.handle,
    network: network.ready,
    exampleHandle: alice.handle,
  })
  writeHelloImage('data/hello')
  console.log(localWelcome({ url: longshore.url, network: network.ready }))
}

async function runAgainstAtmosphere() {
  if (!values.owner) {
    return end(
      2,
      'The hold needs a captain: your own handle or DID, such as\n' +
        '  make run NETWORK=atmosphere OWNER=you.bsky.social',
    )
  }
  const exampleHandle = values.owner.startsWith('did:') ? undefined : values.owner
  const longshore = await serve({ dataDir: './data/atmosphere', owner: values.owner, exampleHandle })
  writeHelloImage('data/hello')
  console.log(atmosphereWelcome({ url: longshore.url, owner: values.owner }))
}

async function serve(settings) {
  const longshore = await startLongshore({ binary: BINARY, port: values.port, ...settings })
  running.push(longshore)
  longshore.exited.then(({ code, reason }) => end(code || 1, reason))
  return longshore
}
