// What the tests see that nobody else may: written down while they run, so that it can be looked for afterwards in
// everything that leaves the server. See afterwards/secrets.test.mjs.
import fs from 'node:fs'

const file = () => process.env.LONGSHORE_SECRETS

/** Fields of forms and addresses that are secrets, by what they are. */
const FIELDS = {
  code: 'authorization code',
  state: 'state of a sign-in',
  request_uri: 'pushed authorization request',
  form_token: 'form token',
  user_code: 'user code',
  device_code: 'device code',
  code_verifier: 'PKCE verifier',
  password: 'password',
}
/** Too short to be told from other text. */
const SHORTEST = 8

/** Notes a secret. `kind` says what it is. */
export function noteSecret(kind, value) {
  if (file() && value?.length >= SHORTEST) fs.appendFileSync(file(), `${JSON.stringify({ kind, value })}\n`)
}

/** Notes what a browser sends: codes in addresses, fields of forms. */
export function noteRequest(request) {
  const form = request.headers()['content-type']?.startsWith('application/x-www-form-urlencoded')
  const url = new URL(request.url())
  // The state of a program's own login is part of the page to come back to after a sign-in, which is kept meanwhile.
  const ofProgram = url.pathname.startsWith('/device/') || url.pathname === '/callback'
  for (const fields of [url.searchParams, new URLSearchParams(form ? request.postData() : '')]) {
    for (const [name, value] of fields) {
      if (FIELDS[name] && !(ofProgram && name === 'state')) noteSecret(FIELDS[name], value)
    }
  }
}

/** Notes the cookies of a browser, except those that are no secrets. */
export function noteCookies(cookies) {
  const open = /theme|locale|remembered|accounts/
  for (const { name, value } of cookies) if (!open.test(name)) noteSecret('cookie', value)
}

/** Everything that was noted, each once. */
export function notedSecrets() {
  const lines = fs.existsSync(file() ?? '') ? fs.readFileSync(file(), 'utf8').trim().split('\n') : []
  return [...new Set(lines)].filter(Boolean).map((line) => JSON.parse(line))
}
