// Says which DID a `*.test` handle has: what DNS and the web of a real domain would answer.
import http from 'node:http'

import { HOST } from './ports.mjs'

/**
 * Turns `server` into the resolver for the handles of all `pdses`, by XRPC and by well-known path,
 * and points the PDSes' own look-ups here, because nothing answers DNS offline.
 */
export function serveHandles(server, pdses) {
  const resolve = async (handle) => {
    const answers = await Promise.all(pdses.map((pds) => askPds(pds.port, handle)))
    return answers.find(Boolean)
  }
  for (const pds of pdses) {
    pds.context.idResolver.handle.resolve = async (handle) =>
      handle.endsWith('.test') ? await resolve(handle) : undefined
  }
  server.on('request', (request, response) => {
    answer(request, response, resolve).catch((error) => {
      if (!response.headersSent) response.writeHead(500)
      response.end(String(error))
    })
  })
}

async function answer(request, response, resolve) {
  const url = new URL(request.url, 'http://resolver')
  if (url.pathname === '/.well-known/atproto-did') {
    const did = await resolve(request.headers.host.replace(/:\d+$/, ''))
    response.writeHead(did ? 200 : 404, { 'content-type': 'text/plain' })
    response.end(did ?? 'not found')
  } else if (url.pathname === '/xrpc/com.atproto.identity.resolveHandle') {
    const did = await resolve(url.searchParams.get('handle') ?? '')
    response.writeHead(did ? 200 : 400, { 'content-type': 'application/json' })
    const notFound = { error: 'HandleNotFound', message: 'Unable to resolve handle' }
    response.end(JSON.stringify(did ? { did } : notFound))
  } else {
    response.writeHead(404)
    response.end()
  }
}

// Not fetch(): it would not let us choose the Host header.
function askPds(port, handle) {
  return new Promise((resolve) => {
    const options = { host: HOST, port, path: '/.well-known/atproto-did', headers: { host: handle } }
    const request = http.get(options, (response) => {
      let body = ''
      response.on('data', (part) => (body += part))
      response.on('end', () => resolve(response.statusCode === 200 ? body.trim() : null))
    })
    request.on('error', () => resolve(null))
  })
}
