// Finds a block of consecutive loopback ports, safe against other networks starting at the same moment.
import http from 'node:http'
import net from 'node:net'

export const HOST = '127.0.0.1'

/** Listens on loopback; rejects with a sentence that names the port when it is taken. */
export function listen(server, port) {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const taken = error.code === 'EADDRINUSE'
      reject(taken ? new Error(`port ${port} on ${HOST} is taken by another program`, { cause: error }) : error)
    })
    server.listen(port, HOST, () => resolve(server))
  })
}

/** Stops a server without waiting for its keep-alive connections. */
export function close(server) {
  return new Promise((resolve) => {
    server.close(resolve)
    server.closeAllConnections?.()
  })
}

/** Whether a server could listen on `port` of loopback right now. */
export async function isFree(port) {
  try {
    await close(await listen(net.createServer(), port))
    return true
  } catch {
    return false
  }
}

/**
 * Claims a block of ports: BASE-1 is listened on at once and handed over as a server that answers 503
 * until it gets its handler; BASE … BASE+size-1 were free a moment ago.
 *
 * Blocks start at multiples of 16, so whoever holds BASE-1 owns the whole block as far as other
 * networks are concerned. They lie below the kernel's ephemeral range.
 */
export async function claimBlock(wanted, size) {
  if (wanted !== 'auto') return tryBlock(Number(wanted), size)
  const width = 16
  if (size >= width) throw new Error(`at most ${width - 1} servers fit into one block of ports`)
  for (let attempt = 0; attempt < 200; attempt++) {
    const base = 20000 + width * Math.floor(Math.random() * 780) + 1
    try {
      return await tryBlock(base, size)
    } catch {
      // Taken: try another block.
    }
  }
  throw new Error('no free block of ports between 20000 and 32480')
}

async function tryBlock(base, size) {
  const first = await listen(http.createServer(), base - 1)
  for (let port = base; port < base + size; port++) {
    if (await isFree(port)) continue
    await close(first)
    throw new Error(`port ${port} on ${HOST} is taken by another program`)
  }
  return { base, first }
}
