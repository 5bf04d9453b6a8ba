// The test accounts and their app passwords, remembered in the data folder.
import fs from 'node:fs'
import path from 'node:path'

/** Calls an XRPC procedure; throws with the method, the status and the answer. */
export async function callProcedure(pdsUrl, method, body, accessToken) {
  const response = await fetch(`${pdsUrl}/xrpc/${method}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(accessToken && { authorization: `Bearer ${accessToken}` }),
    },
    body: JSON.stringify(body),
  })
  const answer = await response.json()
  if (!response.ok) throw new Error(`${method} at ${pdsUrl}: ${response.status} ${JSON.stringify(answer)}`)
  return answer
}

/** The list of accounts as a file that only its owner may read. */
export class AccountFile {
  constructor(dir) {
    this.file = path.join(dir, 'accounts.json')
    this.accounts = fs.existsSync(this.file) ? JSON.parse(fs.readFileSync(this.file, 'utf8')) : []
  }

  find(handle) {
    return this.accounts.find((account) => account.handle === handle)
  }

  save(account) {
    this.accounts = [...this.accounts.filter((known) => known.handle !== account.handle), account]
    fs.writeFileSync(`${this.file}.new`, JSON.stringify(this.accounts, null, 2) + '\n', { mode: 0o600 })
    fs.renameSync(`${this.file}.new`, this.file)
  }
}

/** Finds or creates the account `handle` on `pdsUrl`, with an app password if asked for. */
export async function prepareAccount(file, { handle, pdsUrl, withAppPassword }) {
  let account = file.find(handle)
  if (!account) {
    account = await createAccount(handle, pdsUrl)
    file.save(account)
  }
  if (account.pds !== pdsUrl) {
    throw new Error(`${handle} was created at ${account.pds}, not at ${pdsUrl}: start with the same ports again`)
  }
  if (withAppPassword && !account.appPassword) {
    const session = await callProcedure(account.pds, 'com.atproto.server.createSession', {
      identifier: account.did,
      password: account.password,
    })
    const created = await callProcedure(
      account.pds,
      'com.atproto.server.createAppPassword',
      { name: `longshore ${new Date().toISOString()}` },
      session.accessJwt,
    )
    account = { ...account, appPassword: created.password }
    file.save(account)
  }
  return account
}

async function createAccount(handle, pdsUrl) {
  const name = handle.split('.')[0]
  const login = { handle, email: `${name}@mail.example.com`, password: `${name}-pass` }
  const { did } = await callProcedure(pdsUrl, 'com.atproto.server.createAccount', login).catch((error) => {
    // After a kill between creating the account and remembering it, the account is there and ours.
    const session = { identifier: handle, password: login.password }
    return callProcedure(pdsUrl, 'com.atproto.server.createSession', session).catch(() => Promise.reject(error))
  })
  return { ...login, did, pds: pdsUrl }
}
