// Whether the reference's firehose client can follow the hold, whatever happens to either of them.
//
//   COMMITS=10000 node --test firehose.test.mjs     how many commits there are (default 600)
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { verifyRepoCar } from '../network/reference.mjs'
import { Follower } from './follower.mjs'
import { pushImage } from './image.mjs'
import { startRelay } from './relay.mjs'
import { startWorld } from './world.mjs'
import { Writer } from './writer.mjs'
import { Person, download, listRepo, query } from './xrpc.mjs'

const COMMITS = Number(process.env.COMMITS ?? 600)
/** What happens on the way, every so many commits, in turns. */
const COMMITS_BETWEEN = 150
const DISTURBANCES = [cutConnection, replaceClient, cutConnection, crashHold, replaceClient, cutConnection]

test(`a client that verifies keeps up with ${COMMITS} commits and has every record`, async (t) => {
  const hold = await startWorld()
  t.after(hold.stop)
  const relay = await startRelay(hold.port)
  t.after(relay.stop)
  const follower = new Follower({ service: `ws://${relay.address}`, plc: hold.network.plc })
  follower.start()
  t.after(() => follower.stop())

  await pushImage(hold.url, hold.alice, 'ahoy')
  const writer = new Writer({ hold, captain: await Person.signIn(hold.alice) })
  const started = performance.now()
  await Promise.all([writer.write(COMMITS), disturb({ hold, relay, follower, writer })])
  const written = performance.now()

  const { rev, cid } = await query(hold.url, 'com.atproto.sync.getLatestCommit', { did: hold.did })
  await follower.reached(rev)
  const followed = performance.now()
  assert.deepEqual(follower.problems, [])
  assert.ok(follower.commits >= COMMITS, `${follower.commits} commits`)
  assert.ok(relay.count() > COMMITS / COMMITS_BETWEEN, `${relay.count()} connections`)

  const listed = await listRepo(hold)
  assertSame(follower.records, listed)
  for (const [path, cid] of writer.acknowledged) assert.equal(listed.get(path)?.cid, cid, path)

  const key = await follower.resolver.did.resolveAtprotoKey(hold.did)
  const archive = await download(hold.url, 'com.atproto.sync.getRepo', { did: hold.did })
  const { commit, creates } = await verifyRepoCar(archive, hold.did, key)
  assert.equal(commit.cid.toString(), cid)
  assert.deepEqual(
    creates.map(({ collection, rkey, cid }) => [`${collection}/${rkey}`, cid.toString()]).sort(),
    [...listed].map(([path, { cid }]) => [path, cid]).sort(),
  )

  const connections = relay.count()
  const late = new Follower({ service: `ws://${relay.address}`, plc: hold.network.plc })
  late.start()
  t.after(() => late.stop())
  await late.reached(rev)
  assert.deepEqual(late.problems, [])
  assert.equal(late.commits, follower.commits)
  assertSame(late.records, listed)
  const replayed = performance.now()

  t.diagnostic(`${follower.commits} commits in ${seconds(started, written)}, followed after ${seconds(written, followed)}`)
  t.diagnostic(`${connections} connections; ${listed.size} records, ${archive.length} bytes as an archive`)
  t.diagnostic(`followed again from the first event in ${seconds(followed, replayed)}`)
})

async function disturb(world) {
  for (let number = 0; (number + 0.5) * COMMITS_BETWEEN < COMMITS; number++) {
    await world.writer.reached((number + 0.5) * COMMITS_BETWEEN)
    const reconnected = world.relay.next()
    await DISTURBANCES[number % DISTURBANCES.length](world)
    await reconnected
  }
}

function cutConnection({ relay }) {
  relay.cut()
}

async function replaceClient({ follower }) {
  await follower.stop()
  follower.start()
}

function crashHold({ hold }) {
  return hold.crash()
}

function assertSame(records, listed) {
  assert.deepEqual([...records.keys()].sort(), [...listed.keys()].sort())
  for (const [path, record] of records) assert.deepEqual(record, listed.get(path), path)
}

function seconds(from, to) {
  return `${((to - from) / 1000).toFixed(1)} s`
}
