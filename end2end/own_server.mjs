// A server for one story, where the one that the others test must not change.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

import { startLongshore, TARGET } from './network/longshore.mjs'
import { claimBlock, close } from './network/ports.mjs'

/**
 * Starts a server whose hold is alice's, with an empty data folder and more settings, until the test `t` is over.
 * Answers with its address, the DID of its hold, and the path of the hold's page.
 */
export async function startOwnServer(t, name, environment = {}) {
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), `longshore-${name}-`))
  const { base, first } = await claimBlock('auto', 1)
  const longshore = await startLongshore({
    binary: process.env.LONGSHORE_BINARY ?? path.join(TARGET, 'debug/longshore'),
    port: base,
    dataDir,
    owner: 'alice.test',
    network: JSON.parse(process.env.LONGSHORE_NETWORK),
    environment,
    output: fs.openSync(path.join(TARGET, `end2end-${name}.log`), 'a'),
  })
  t.after(async () => {
    await longshore.stop()
    await close(first)
    fs.rmSync(dataDir, { recursive: true, force: true })
  })
  const did = await (await fetch(`${longshore.url}/.well-known/atproto-did`)).text()
  return { url: longshore.url, did, hold: `/hold/${did.replace('%', '%25')}` }
}
