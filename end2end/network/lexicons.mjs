// Publishes lexicon files as records, so that OAuth permission sets resolve offline.
import fs from 'node:fs'
import path from 'node:path'

import { callProcedure } from './accounts.mjs'

/** Publishes every `*.json` below `dir` from the account lexicons.test and makes it the authority of all NSIDs. */
export async function publishLexicons(dir, pdses) {
  const pdsUrl = pdses[0].url
  const login = { handle: 'lexicons.test', email: 'lexicons@mail.example.com', password: 'lexicons-pass' }
  const account = await callProcedure(pdsUrl, 'com.atproto.server.createAccount', login)
  const files = fs.readdirSync(dir, { recursive: true }).filter((file) => file.endsWith('.json'))
  const collection = 'com.atproto.lexicon.schema'
  for (const file of files) {
    const lexicon = JSON.parse(fs.readFileSync(path.join(dir, file), 'utf8'))
    const record = { $type: collection, ...lexicon }
    const write = { repo: account.did, collection, rkey: lexicon.id, record }
    await callProcedure(pdsUrl, 'com.atproto.repo.putRecord', write, account.accessJwt)
  }
  // The PDS reads this at every look-up.
  for (const pds of pdses) pds.context.cfg.lexicon.didAuthority = account.did
  return { ...login, did: account.did, pds: pdsUrl }
}
