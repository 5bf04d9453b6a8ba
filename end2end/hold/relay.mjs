// A relay of TCP connections, for losing them on purpose.
import { once } from 'node:events'
import net from 'node:net'

import { HOST, close, listen } from '../network/ports.mjs'

/**
 * Passes every connection on to `port`. `cut` breaks those there are, in the middle of whatever they carry,
 * `next` waits for another one, and `count` says how many there were.
 */
export async function startRelay(port) {
  const connections = new Set()
  let count = 0
  const server = net.createServer((near) => {
    count++
    const far = net.connect(port, HOST)
    near.pipe(far).pipe(near)
    for (const [end, other] of [[near, far], [far, near]]) {
      connections.add(end)
      end.on('error', () => {})
      end.on('close', () => {
        connections.delete(end)
        other.destroy()
      })
    }
  })
  await listen(server, 0)
  const cut = () => connections.forEach((connection) => connection.resetAndDestroy())
  return {
    address: `${HOST}:${server.address().port}`,
    cut,
    next: () => once(server, 'connection'),
    count: () => count,
    stop() {
      cut()
      return close(server)
    },
  }
}
