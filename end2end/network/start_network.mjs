// Puts the local network together: PLC directory, PDSes, handle resolver, TLS doors, accounts.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

import { AccountFile, prepareAccount } from './accounts.mjs'
import { serveHandles } from './handle_resolver.mjs'
import { publishLexicons } from './lexicons.mjs'
import { ADMIN_PASSWORD, startPds } from './pds.mjs'
import { startPlc } from './plc.mjs'
import { claimBlock, close } from './ports.mjs'
import { openDoors } from './tls.mjs'

/**
 * Starts everything and answers with `{ ready, stop }`: what there is to use, and how to end it.
 *
 * Ports: `port` (or a free block for `auto`) is the PLC directory's, the PDSes follow, and the handle
 * resolver has the one before. Without `dir` the data lies in a temporary folder that `stop` removes.
 */
export async function startNetwork(options) {
  const dir = options.dir ? path.resolve(options.dir) : fs.mkdtempSync(path.join(os.tmpdir(), 'longshore-network-'))
  const stops = []
  const stop = async () => {
    for (const step of stops.splice(0).reverse()) await step()
  }
  if (!options.dir) stops.push(() => fs.rmSync(dir, { recursive: true, force: true }))
  try {
    return { ready: await start(options, dir, stops), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function start(options, dir, stops) {
  // The folder holds app passwords and the keys of the accounts.
  fs.mkdirSync(dir, { recursive: true, mode: 0o700 })
  const doors = options.doors.length > 0 ? await openDoors(options.doors, dir) : undefined
  if (doors) stops.push(doors.stop)

  const { base, first: resolver } = await claimBlock(options.port, 1 + options.pdsCount)
  stops.push(() => close(resolver))
  const plc = await startPlc({ port: base, file: path.join(dir, 'plc.json'), documentStyle: options.documentStyle })
  stops.push(plc.stop)
  const pdses = []
  for (let number = 0; number < options.pdsCount; number++) {
    const port = base + 1 + number
    const pds = await startPds({ number, port, dir, plcUrl: plc.url, settings: options.pdsSettings })
    stops.push(pds.stop)
    pdses.push(pds)
  }
  serveHandles(resolver, pdses)

  const accounts = await prepareAccounts(options, dir, pdses)
  if (options.lexicons) accounts.push(await publishLexicons(options.lexicons, pdses))
  return {
    plc: plc.url,
    resolver: `http://localhost:${base - 1}`,
    pds: pdses.map(({ url, did, dir }) => ({ url, did, dir })),
    tls: doors && options.doors.map((door) => ({
      url: `https://${door.host}:${door.port}`,
      target: `http://127.0.0.1:${door.target}`,
    })),
    ca: doors?.caFile,
    accounts,
    adminPassword: ADMIN_PASSWORD,
    dir,
    pid: process.pid,
    node: process.version,
  }
}

async function prepareAccounts(options, dir, pdses) {
  const file = new AccountFile(dir)
  const wanted = options.accounts ?? ['alice.test@0', `bob.test@${pdses.length - 1}`]
  const accounts = []
  for (const text of wanted) {
    const [handle, number = '0'] = text.split('@')
    const pdsUrl = pdses[Number(number)]?.url
    if (!pdsUrl) throw new Error(`--account ${text}: there is no PDS ${number}`)
    accounts.push(await prepareAccount(file, { handle, pdsUrl, withAppPassword: options.appPasswords }))
  }
  return accounts
}
