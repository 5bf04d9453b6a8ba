// Calls of XRPC methods, and people who call them with tokens of their PDS.
import { callProcedure } from '../network/accounts.mjs'

/** Calls a query; throws with the method, the status and the answer. The answer comes as a `Response`. */
export async function callQuery(host, method, params = {}, token) {
  const response = await fetch(`${host}/xrpc/${method}?${new URLSearchParams(params)}`, {
    headers: token ? { authorization: `Bearer ${token}` } : {},
  })
  if (!response.ok) throw new Error(`${method} at ${host}: ${response.status} ${await response.text()}`)
  return response
}

/** The JSON that a query answers. */
export async function query(host, method, params, token) {
  return (await callQuery(host, method, params, token)).json()
}

/** The bytes that a query answers. */
export async function download(host, method, params, token) {
  return new Uint8Array(await (await callQuery(host, method, params, token)).arrayBuffer())
}

/** Somebody with a session at their PDS. */
export class Person {
  /** Signs somebody in with their app password. */
  static async signIn({ pds, handle, appPassword }) {
    const login = { identifier: handle, password: appPassword }
    const session = await callProcedure(pds, 'com.atproto.server.createSession', login)
    return new Person(pds, session)
  }

  constructor(pds, { did, accessJwt }) {
    Object.assign(this, { pds, did, accessJwt })
  }

  /** A service token for one call of `method` at the service `audience`. */
  async token(audience, method) {
    const wish = { aud: audience, lxm: method }
    const { token } = await query(this.pds, 'com.atproto.server.getServiceAuth', wish, this.accessJwt)
    return token
  }

  /** Calls a procedure of a hold. */
  async call(hold, method, input) {
    return callProcedure(hold.url, method, input, await this.token(hold.did, method))
  }
}

/** Every record of a repo as its host lists them: a map from path to CID and value. */
export async function listRepo({ url, did }) {
  const records = new Map()
  const { collections } = await query(url, 'com.atproto.repo.describeRepo', { repo: did })
  for (const collection of collections) {
    let cursor
    do {
      const params = { repo: did, collection, limit: 100, ...(cursor && { cursor }) }
      const page = await query(url, 'com.atproto.repo.listRecords', params)
      for (const { uri, cid, value } of page.records) {
        records.set(uri.slice(`at://${did}/`.length), { cid, value })
      }
      cursor = page.cursor
    } while (cursor)
  }
  return records
}
