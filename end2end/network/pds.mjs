// Reference PDSes on loopback, all in this process.
import fs from 'node:fs'
import path from 'node:path'

import { PDS, envToCfg, envToSecrets } from '@atproto/pds'

import { HOST } from './ports.mjs'
import { JWT_SECRET, fixedSecret } from './sessions.mjs'

export const ADMIN_PASSWORD = 'admin-pass'

/** Starts one PDS. `settings` are further settings of the package by their camelCase names. */
export async function startPds({ number, port, dir, plcUrl, settings }) {
  const dataDirectory = path.join(dir, `pds${number}`)
  const blobstoreDiskLocation = path.join(dataDirectory, 'blobs')
  fs.mkdirSync(blobstoreDiskLocation, { recursive: true })
  const environment = {
    devMode: true,
    disableSsrfProtection: true,
    port,
    // Only this name gives a public URL with http and a port.
    hostname: 'localhost',
    // The package's default is the same for all PDSes on one machine.
    serviceDid: `did:web:localhost%3A${port}`,
    dataDirectory,
    blobstoreDiskLocation,
    didPlcUrl: plcUrl,
    serviceHandleDomains: ['.test'],
    inviteRequired: false,
    rateLimitsEnabled: false,
    adminPassword: ADMIN_PASSWORD,
    jwtSecret: JWT_SECRET,
    dpopSecret: fixedSecret('dpop'),
    plcRotationKeyK256PrivateKeyHex: fixedSecret(`rotation${number}`),
    // The package's default of 5 MiB is less than what large hosts allow.
    blobUploadLimit: 100 * 1024 * 1024,
    crawlers: [],
    ...settings,
  }
  const server = await PDS.create(envToCfg(environment), envToSecrets(environment))
  // The package would listen on every interface.
  const listen = server.app.listen.bind(server.app)
  server.app.listen = (port, ...rest) => listen(port, HOST, ...rest)
  await server.start()
  return {
    url: `http://localhost:${port}`,
    port,
    did: environment.serviceDid,
    dir: dataDirectory,
    context: server.ctx,
    stop: () => server.destroy(),
  }
}
