// Whether the reference packages believe what the hold says of its repo, and its PDS gets along with it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import {
  IdResolver,
  MemoryBlockstore,
  Repo,
  readCarWithRoot,
  verifyDiffCar,
  verifyProofs,
  verifyRepoCar,
} from '../network/reference.mjs'
import { pushImage } from './image.mjs'
import { startWorld } from './world.mjs'
import { Writer } from './writer.mjs'
import { Person, download, listRepo, query } from './xrpc.mjs'

const OTHER_KEY = 'did:key:zQ3shunBKsXixLxKtC5qeSG9E4J5RkGN57im31pcTzbNQnm5w'
const OTHER_DID = 'did:web:hold.example'

let hold, alice, writer, key

before(async () => {
  hold = await startWorld()
  alice = await Person.signIn(hold.alice)
  await pushImage(hold.url, hold.alice, 'ahoy')
  writer = new Writer({ hold, captain: alice })
  await writer.write(60)
  const resolver = new IdResolver({ plcUrl: hold.network.plc, fetch: globalThis.fetch })
  key = await resolver.did.resolveAtprotoKey(hold.did)
})
after(() => hold?.stop())

test('the exported repo verifies and has every record that is listed', async () => {
  const archive = await exportRepo()
  const { commit, creates } = await verifyRepoCar(archive, hold.did, key)
  const latest = await query(hold.url, 'com.atproto.sync.getLatestCommit', { did: hold.did })
  assert.deepEqual({ cid: commit.cid.toString(), rev: commit.rev }, latest)
  const exported = creates.map(({ collection, rkey, cid }) => [`${collection}/${rkey}`, cid.toString()])
  const listed = await listRepo(hold)
  assert.deepEqual(exported.sort(), [...listed].map(([path, { cid }]) => [path, cid]).sort())
  for (const [path, cid] of writer.acknowledged) assert.equal(listed.get(path)?.cid, cid, path)
})

test('an archive that was tampered with, or is of another repo, does not verify', async () => {
  const archive = await exportRepo()
  const flipped = archive.slice()
  flipped[flipped.length - 5] ^= 1
  await assert.rejects(verifyRepoCar(flipped, hold.did, key))
  await assert.rejects(verifyRepoCar(archive.slice(0, -200), hold.did, key))
  await assert.rejects(verifyRepoCar(archive, OTHER_DID, key), /Invalid repo did/)
  await assert.rejects(verifyRepoCar(archive, hold.did, OTHER_KEY), /Invalid signature/)
})

test('what came since a revision leads from there to the latest commit', async () => {
  const { root, blocks } = await readCarWithRoot(await exportRepo())
  const repo = await Repo.load(new MemoryBlockstore(blocks), root)
  const known = await listRepo(hold)
  await writer.write(40)
  const listed = await listRepo(hold)

  const news = await exportRepo({ since: repo.commit.rev })
  const { commit, writes } = await verifyDiffCar(repo, news, hold.did, key)
  const latest = await query(hold.url, 'com.atproto.sync.getLatestCommit', { did: hold.did })
  assert.deepEqual({ cid: commit.cid.toString(), rev: commit.rev }, latest)
  for (const { action, collection, rkey, cid } of writes) {
    const path = `${collection}/${rkey}`
    if (action === 'delete') known.delete(path)
    else known.set(path, { cid: cid.toString(), value: listed.get(path)?.value })
  }
  assert.deepEqual([...known].sort(), [...listed].sort())
})

test('every record has a proof', async () => {
  for (const [path, cid] of await listCids()) assert.ok(await isProven(path, cid), path)
})

test('what is not there has a proof that it is not', async () => {
  const paths = await listCids()
  const neighbours = [...paths.keys()].flatMap((path) => [`${path}0`, path.slice(0, -1)])
  const ends = ['aaa.example.first/0', 'zzz.example.last/zzz']
  for (const path of [...neighbours, ...ends].filter((path) => !paths.has(path) && !path.endsWith('/'))) {
    assert.ok(await isProven(path, null), path)
  }
})

test('a proof proves nothing else', async () => {
  const [[path, cid], [, otherCid]] = await listCids()
  assert.equal(await isProven(path, null), false)
  assert.equal(await isProven(path, otherCid), false)
  assert.equal(await isProven(`${path}0`, cid), false)
  await assert.rejects(isProven(path, cid, { signingKey: OTHER_KEY }), /Invalid signature/)
  await assert.rejects(isProven(path, cid, { did: OTHER_DID }), /Invalid repo did/)
})

test('the PDS passes a call on to the hold, and vouches for who makes it', async () => {
  const response = await fetch(`${hold.alice.pds}/xrpc/io.atcr.hold.exportUserData`, {
    headers: { authorization: `Bearer ${alice.accessJwt}`, 'atproto-proxy': `${hold.did}#atcr_hold` },
  })
  const answer = await response.json()
  assert.equal(response.status, 200, JSON.stringify(answer))
  assert.equal(answer.holdDid, hold.did)
  assert.equal(answer.userDid, alice.did)
  assert.equal(answer.layerRecords.length, 3)
})

function exportRepo(params) {
  return download(hold.url, 'com.atproto.sync.getRepo', { did: hold.did, ...params })
}

/** Path and CID of every record, as the exported repo has them. */
async function listCids() {
  const { creates } = await verifyRepoCar(await exportRepo(), hold.did, key)
  return new Map(creates.map(({ collection, rkey, cid }) => [`${collection}/${rkey}`, cid]))
}

/** Whether the hold's proof about `path` confirms that its record is `cid`, or that there is none (`null`). */
async function isProven(path, cid, { did = hold.did, signingKey = key } = {}) {
  const [collection, rkey] = path.split('/')
  const proof = await download(hold.url, 'com.atproto.sync.getRecord', { did: hold.did, collection, rkey })
  const { verified } = await verifyProofs(proof, [{ collection, rkey, cid }], did, signingKey)
  return verified.length === 1
}
