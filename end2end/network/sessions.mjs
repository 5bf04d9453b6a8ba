// The sessions of the PDSes here, which anybody who reads this can sign: they guard test accounts on loopback only.
import crypto from 'node:crypto'

/** A secret of the local network, the same in every run, so that what it signed survives a restart. */
export function fixedSecret(name) {
  return crypto.createHash('sha256').update(name).digest('hex')
}

/** Signs the sessions of every PDS. */
export const JWT_SECRET = fixedSecret('jwt')

/** The access token of a session as it would look a day after it began: valid, but for its time. */
export function expired(accessToken) {
  const [header, claims] = accessToken.split('.')
  const { iat, exp, ...others } = JSON.parse(Buffer.from(claims, 'base64url'))
  const day = 24 * 60 * 60
  const older = Buffer.from(JSON.stringify({ ...others, iat: iat - day, exp: exp - day })).toString('base64url')
  const signature = crypto.createHmac('sha256', JWT_SECRET).update(`${header}.${older}`).digest('base64url')
  return `${header}.${older}.${signature}`
}
