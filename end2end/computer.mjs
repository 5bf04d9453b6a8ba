// Somebody's computer, as programs see it: a home folder of its own, with docker's and podman's settings in it.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

import { TARGET } from './network/longshore.mjs'

/** How long a program may take, unless something else is said. */
const PATIENCE_MS = 60_000

export class Computer {
  constructor() {
    this.home = fs.mkdtempSync(path.join(os.tmpdir(), 'longshore-computer-'))
    this.write('.config/containers/policy.json', '{"default":[{"type":"insecureAcceptAnything"}]}')
    // What podman needs to store images without a kernel that helps.
    const [graph, run] = [this.path('storage'), this.path('run/storage')]
    this.write('.config/containers/storage.conf', `[storage]\ndriver="vfs"\ngraphroot="${graph}"\nrunroot="${run}"\n`)
    const engine = '[containers]\nnetns="host"\n[engine]\ncgroup_manager="cgroupfs"\nevents_logger="none"\n'
    this.write('.config/containers/containers.conf', engine)
    for (const folder of ['run', 'tmp', '.local/bin']) fs.mkdirSync(this.path(folder), { recursive: true, mode: 0o700 })
    this.environment = {
      HOME: this.home,
      PATH: `${this.path('.local/bin')}:${process.env.PATH}`,
      TMPDIR: this.path('tmp'),
      XDG_RUNTIME_DIR: this.path('run'),
      CONTAINERS_CONF: this.path('.config/containers/containers.conf'),
      CONTAINERS_STORAGE_CONF: this.path('.config/containers/storage.conf'),
      BUILDAH_ISOLATION: 'chroot',
    }
  }

  /** A file or folder of this computer. */
  path(name) {
    return path.join(this.home, name)
  }

  write(name, content, mode = 0o600) {
    fs.mkdirSync(path.dirname(this.path(name)), { recursive: true })
    fs.writeFileSync(this.path(name), content, { mode })
  }

  read(name) {
    return fs.readFileSync(this.path(name), 'utf8')
  }

  /** Puts `docker-credential-longshore` where programs are found. */
  installHelper() {
    const program = 'docker-credential-longshore'
    const built = path.join(TARGET, 'debug', program)
    if (!fs.existsSync(built)) throw new Error(`${built} is missing: cargo build --package credential-helper`)
    fs.symlinkSync(built, this.path(`.local/bin/${program}`))
  }

  /** Starts a program without a terminal. `said` has what it printed so far, `ended` resolves to its exit code. */
  start(program, args, { input = '', environment = {}, folder = this.home, patience = PATIENCE_MS } = {}) {
    const env = { ...this.environment, ...environment }
    const child = spawn(program, args, { cwd: folder, env, stdio: 'pipe', timeout: patience })
    const said = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr']) {
      child[name].setEncoding('utf8')
      child[name].on('data', (text) => (said[name] += text))
    }
    child.stdin.on('error', () => {}) // A program that does not read its input closes it.
    child.stdin.end(input)
    const ended = new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => resolve(code ?? signal))
    })
    return { child, said, ended }
  }

  /** Runs a program to its end. */
  async run(program, args, options) {
    const { said, ended } = this.start(program, args, options)
    return { code: await ended, ...said }
  }

  /** Runs a program that must succeed, and answers with what it printed. */
  async must(program, args, options) {
    const { code, stdout, stderr } = await this.run(program, args, options)
    if (code !== 0) throw new Error(`${program} ${args.join(' ')}: ${code}\n${stdout}\n${stderr}`)
    return stdout
  }

  dispose() {
    // Folders of an image may be read-only.
    fs.rmSync(this.home, { recursive: true, force: true, maxRetries: 3 })
  }
}
