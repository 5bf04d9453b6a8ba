// A PLC directory on loopback. Its operations are kept in a file, so that identities survive a restart.
import fs from 'node:fs'
import http from 'node:http'
import { createRequire } from 'node:module'

import { close, listen } from './ports.mjs'

const require = createRequire(import.meta.url)
const { MockDatabase, PlcServer } = require('@did-plc/server')
// The directory compares CIDs of its own copy of multiformats.
const { CID } = createRequire(require.resolve('@did-plc/server'))('multiformats/cid')

/** The package's in-memory database, written to a file after every accepted operation. */
class FileDatabase extends MockDatabase {
  constructor(file) {
    super()
    this.file = file
    if (!fs.existsSync(file)) return
    for (const operation of JSON.parse(fs.readFileSync(file, 'utf8'))) {
      const { did, cid, createdAt } = operation
      this.contents[did] ??= []
      this.contents[did].push({ ...operation, cid: CID.parse(cid), createdAt: new Date(createdAt) })
    }
  }

  async validateAndAddOp(did, proposed) {
    await super.validateAndAddOp(did, proposed)
    const operations = Object.values(this.contents).flat()
    const lines = operations.map((operation) => JSON.stringify({ ...operation, cid: operation.cid.toString() }))
    // A rename, so that a kill in between leaves the old list and not half of the new one.
    fs.writeFileSync(`${this.file}.new`, `[\n${lines.join(',\n')}\n]\n`)
    fs.renameSync(`${this.file}.new`, this.file)
  }
}

/**
 * Starts the directory. `documentStyle` is `multikey`, which is what plc.directory serves today, or
 * `legacy`, the wording of the published package.
 */
export async function startPlc({ port, file, documentStyle }) {
  const plc = PlcServer.create({ db: new FileDatabase(file), port })
  const server = http.createServer((request, response) => {
    const did = documentStyle === 'multikey' && request.method === 'GET' && askedDocument(request.url)
    if (!did) return plc.app(request, response)
    answerMultikeyDocument(port, did, response).catch((error) => {
      if (!response.headersSent) response.writeHead(500)
      response.end(String(error))
    })
  })
  await listen(server, port)
  return { url: `http://localhost:${port}`, stop: () => close(server) }
}

function askedDocument(path) {
  return /^\/(did(?::|%3A)plc(?::|%3A)[a-z2-7]{24})$/i.exec(path)?.[1]
}

async function answerMultikeyDocument(port, did, response) {
  const answer = await fetch(`http://127.0.0.1:${port}/${did}/data`)
  if (!answer.ok) {
    response.writeHead(answer.status, { 'content-type': 'application/json' })
    response.end(await answer.text())
    return
  }
  response.writeHead(200, { 'content-type': 'application/did+ld+json; charset=utf-8' })
  response.end(JSON.stringify(multikeyDocument(await answer.json())))
}

function multikeyDocument(data) {
  return {
    '@context': [
      'https://www.w3.org/ns/did/v1',
      'https://w3id.org/security/multikey/v1',
      'https://w3id.org/security/suites/secp256k1-2019/v1',
    ],
    id: data.did,
    alsoKnownAs: data.alsoKnownAs,
    verificationMethod: Object.entries(data.verificationMethods).map(([name, key]) => ({
      id: `${data.did}#${name}`,
      type: 'Multikey',
      controller: data.did,
      publicKeyMultibase: key.slice('did:key:'.length),
    })),
    service: Object.entries(data.services).map(([name, service]) => ({
      id: `#${name}`,
      type: service.type,
      serviceEndpoint: service.endpoint,
    })),
  }
}
