// Crews of holds.
import { Person } from './hold/xrpc.mjs'

/** Lets somebody pull from and push to the hold of the server at `url`, as its captain. */
export async function addToCrew(url, captain, member) {
  const { id: did } = await (await fetch(`${url}/.well-known/did.json`)).json()
  const record = {
    $type: 'io.atcr.hold.crew',
    member: member.did,
    role: 'member',
    permissions: ['blob:read', 'blob:write'],
    addedAt: new Date().toISOString(),
  }
  const input = { repo: did, collection: record.$type, rkey: member.did, record }
  await (await Person.signIn(captain)).call({ url, did }, 'com.atproto.repo.putRecord', input)
}
