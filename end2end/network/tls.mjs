// TLS doors: https://NAME:PORT in front of a plain server on loopback, with a throwaway authority.
//
// A PDS fetches OAuth client metadata only from https://<name with a dot>. This gives such a name to
// this process alone, without root and without /etc/hosts.
import { execFileSync } from 'node:child_process'
import dns from 'node:dns'
import fs from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import path from 'node:path'
import tls from 'node:tls'

import { HOST, close, listen } from './ports.mjs'

/** Reads `HOST:PORT=TARGETPORT`. */
export function parseDoor(text) {
  const match = /^([^:]+):(\d+)=(\d+)$/.exec(text)
  if (!match) throw new Error(`--tls ${text}: expected HOST:PORT=TARGETPORT`)
  return { host: match[1], port: Number(match[2]), target: Number(match[3]) }
}

/** Opens the doors; the answer has the file of the authority's certificate. */
export async function openDoors(doors, dir) {
  const { caFile, key, cert } = issueCertificate(doors, dir)
  trustInThisProcess(caFile, new Set(doors.map((door) => door.host)))
  const servers = []
  for (const door of doors) {
    const server = https.createServer({ key, cert }, (request, response) => forward(door.target, request, response))
    servers.push(await listen(server, door.port))
  }
  return { caFile, stop: () => Promise.all(servers.map(close)) }
}

function issueCertificate(doors, dir) {
  const file = (name) => path.join(dir, name)
  const openssl = (...args) => execFileSync('openssl', args, { stdio: 'pipe' })
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  const caFile = file('ca.pem')
  if (!fs.existsSync(caFile)) {
    openssl('req', '-x509', ...newKey, '-days', '30', '-subj', '/CN=Longshore test authority',
      '-keyout', file('ca.key'), '-out', caFile)
  }
  const names = [...new Set(doors.map((door) => `DNS:${door.host}`)), 'DNS:*.test', 'DNS:localhost', 'IP:127.0.0.1']
  openssl('req', '-new', ...newKey, '-subj', `/CN=${doors[0].host}`, '-keyout', file('tls.key'), '-out', file('tls.csr'))
  fs.writeFileSync(file('tls.ext'), `subjectAltName=${names.join(',')}\nextendedKeyUsage=serverAuth\n`)
  openssl('x509', '-req', '-in', file('tls.csr'), '-CA', caFile, '-CAkey', file('ca.key'), '-CAcreateserial',
    '-days', '30', '-extfile', file('tls.ext'), '-out', file('tls.pem'))
  return { caFile, key: fs.readFileSync(file('tls.key')), cert: fs.readFileSync(file('tls.pem')) }
}

function trustInThisProcess(caFile, hosts) {
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), fs.readFileSync(caFile, 'utf8')])
  const lookup = dns.lookup
  dns.lookup = (name, options, callback) => {
    if (typeof options === 'function') [options, callback] = [{}, options]
    if (!hosts.has(name)) return lookup.call(dns, name, options, callback)
    const answer = options?.all ? [[{ address: HOST, family: 4 }]] : [HOST, 4]
    process.nextTick(callback, null, ...answer)
  }
}

function forward(target, request, response) {
  const headers = {
    ...request.headers,
    'x-forwarded-proto': 'https',
    'x-forwarded-host': request.headers.host,
    'x-forwarded-for': HOST,
  }
  const options = { host: HOST, port: target, method: request.method, path: request.url, headers }
  const onward = http.request(options, (answer) => {
    response.writeHead(answer.statusCode, answer.rawHeaders)
    answer.pipe(response)
  })
  onward.on('error', (error) => {
    if (!response.headersSent) response.writeHead(502)
    response.end(String(error))
  })
  request.pipe(onward)
}
