// Starts the server of this working copy as a child process, with every setting in its environment.
import { spawn } from 'node:child_process'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

import { isFree } from './ports.mjs'

const ROOT = path.resolve(import.meta.dirname, '../..')
const START_TIMEOUT_MS = 60_000

/** The folder in which cargo builds. */
export const TARGET = path.resolve(ROOT, process.env.CARGO_TARGET_DIR ?? 'target')

/**
 * Starts `longshore serve` and answers once it is ready.
 *
 * `network` is the ready line of the local network, or undefined for the public one. `owner` is the
 * captain of the hold. `environment` has further settings by their names in the environment. The answer
 * has the server's `url`, `exited`, which resolves to a sentence when the server is gone, and `stop`.
 */
export async function startLongshore(options) {
  const { binary, port, output = 'inherit' } = options
  const url = `http://localhost:${port}`
  // Or the other program's answers would pass for Longshore's.
  if (!(await isFree(Number(port)))) throw new Error(`Port ${port} is taken by another program.`)
  const child = spawn(binary, ['serve'], {
    cwd: ROOT,
    stdio: ['ignore', output, output],
    // In a process group of its own: Ctrl-C reaches the starter alone, which stops things in order.
    detached: true,
    env: { ...inherited(), ...settings(url, options), ...options.environment },
  })
  let gone
  const exited = new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: 1, reason: `${binary} does not start: ${error.message}` }))
    child.once('exit', (code, signal) =>
      resolve({ code: code ?? 1, reason: `Longshore ended with ${signal ?? `exit code ${code}`}` }),
    )
  }).then((end) => (gone = end))
  const stop = async () => {
    if (!gone) child.kill('SIGTERM')
    await exited
  }
  const kill = () => child.kill('SIGKILL')
  try {
    await untilReady(url, () => gone)
  } catch (error) {
    await stop()
    throw error
  }
  return { url, exited, stop, kill }
}

function settings(url, { port, dataDir, owner, network, exampleHandle }) {
  return {
    LONGSHORE_LISTEN: `127.0.0.1:${port}`,
    LONGSHORE_PUBLIC_URL: url,
    LONGSHORE_DATA_DIR: dataDir,
    LONGSHORE_SITE_ROOT: path.join(ROOT, 'target/site'),
    HOLD_OWNER: owner,
    HOLD_PUBLIC: 'true',
    HOLD_PUBLIC_URL: url,
    ...(exampleHandle && { WEB_EXAMPLE_HANDLE: exampleHandle }),
    ...(network && {
      LONGSHORE_DEVELOPMENT: 'true',
      PLC_DIRECTORY_URL: network.plc,
      HANDLE_RESOLVER_URL: network.resolver,
    }),
  }
}

// The server refuses settings that it does not know, so those of the surrounding shell stay out.
function inherited() {
  const own = /^(AWS|DATABASE|DNS|HANDLE|HOLD|LONGSHORE|METRICS|PLC|REGISTRY|S3|SESSION|STORAGE|WEB)_/
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name)))
}

async function untilReady(url, gone) {
  const deadline = Date.now() + START_TIMEOUT_MS
  while (Date.now() < deadline) {
    if (gone()) throw new Error(gone().reason)
    const ready = await fetch(`${url}/ready`).then((response) => response.ok, () => false)
    if (ready) return
    await wait(100)
  }
  throw new Error(`Longshore did not become ready at ${url}/ready within ${START_TIMEOUT_MS / 1000} seconds`)
}
