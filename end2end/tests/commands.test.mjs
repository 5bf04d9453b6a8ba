// Every command that a page shows works as it stands there, pasted into bash.
//
// In docker's place stands podman, which takes the same words; Docker Hub is a repository of this registry; kubectl has
// no cluster, and stops before it would send. Programs that this machine does not have are not run: what they are to
// fetch must be there, and the test says which they are.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'

import { LONGSHORE_URL, useBrowser } from '../browser.mjs'
import { Computer } from '../computer.mjs'
import { addressOf, PAGES } from '../pages.mjs'
import { account, skipWithoutAccounts } from '../people.mjs'
import { layer, Repository } from '../sample_images.mjs'
import { noteSecret } from '../secrets.mjs'

const HOST = new URL(LONGSHORE_URL).host
const SOURCE = path.resolve(import.meta.dirname, '../..')
const skip = skipWithoutAccounts
const browser = useBrowser()
let computer

// Docker talks http to a registry of this machine unasked.
const DOCKER = `#!/bin/sh
verb=$1; shift
case $verb in
  login|pull|push) exec podman "$verb" --tls-verify=false "$@" ;;
  *) exec podman "$verb" "$@" ;;
esac
`

// There is no cluster, so what would be sent to it is only made.
const KUBECTL = `#!/bin/sh
exec "$(PATH=\${PATH#*:} command -v kubectl)" "$@" --dry-run=client
`

before(async () => {
  if (skip) return
  computer = new Computer()
  computer.write('.local/bin/docker', DOCKER, 0o700)
  if (await isInstalled('kubectl')) computer.write('.local/bin/kubectl', KUBECTL, 0o700)
  computer.write('.local/bin/browser', '#!/bin/sh\necho "$1" > "$HOME/opening" && mv "$HOME/opening" "$HOME/opened"\n', 0o700)
  const hub = `unqualified-search-registries = ["docker.io"]\n[[registry]]\nprefix = "docker.io/library"\nlocation = "${HOST}/alice.test/hub"\ninsecure = true\n`
  computer.write('.config/containers/registries.conf', hub)
  // How the programs that build find each other, and where they keep what they built.
  const building = Object.entries(process.env).filter(([name]) => /^(CARGO|RUST)/.test(name))
  Object.assign(computer.environment, Object.fromEntries(building), {
    CONTAINERS_REGISTRIES_CONF: computer.path('.config/containers/registries.conf'),
    CARGO_HOME: process.env.CARGO_HOME ?? path.join(process.env.HOME, '.cargo'),
    RUSTUP_HOME: process.env.RUSTUP_HOME ?? path.join(process.env.HOME, '.rustup'),
    BROWSER: 'browser',
  })
  const hello = await Repository.open(LONGSHORE_URL, account('alice.test'), 'hub/hello-world')
  await hello.pushImage({ layers: [layer({ 'hello.txt': 'hello\n' })], architecture: 'amd64', tags: ['latest'] })
})
after(() => computer?.dispose())

/** An access token, as the page makes it. */
async function makeToken() {
  const { page } = await browser.open('/settings/tokens', { as: 'alice.test' })
  await page.getByLabel('Name').fill('commands')
  await page.getByLabel('Push').check()
  await page.getByRole('button', { name: 'Make the token' }).click()
  const token = (await page.getByRole('status', { name: 'Your new token' }).locator('code').textContent()).trim()
  noteSecret('access token', token)
  return token
}

/** The commands of a page, in their order: each as the lines that are pasted. What owners write is not ours. */
async function commandsOf(row) {
  const { page, context } = await browser.open(await addressOf(row), { as: row.as, javaScriptEnabled: false })
  const blocks = await page.locator('figure.command:has(.line)').evaluateAll((figures) =>
    figures.map((figure) => [...figure.querySelectorAll('.line')].map((line) => line.textContent.trim()).join('\n')),
  )
  const programs = /^(docker|podman|skopeo|crane|oras|helm|nerdctl|docker-credential-longshore) [a-z]/
  const texts = await page.locator('main code').evaluateAll((codes) =>
    codes.filter((code) => !code.closest('.prose, .command, .layer, .step, .code-block')).map((code) => code.textContent.trim()),
  )
  await context.close()
  return [...blocks, ...texts.filter((text) => programs.test(text))]
}

async function isInstalled(program) {
  return (await computer.run('bash', ['-c', `command -v -- "${program}"`])).code === 0
}

/** What a command does not find on this machine. */
async function absentPrograms(command) {
  const absent = []
  for (const line of command.split('\n')) {
    for (const part of line.split('|')) {
      const program = part.trim().split(/\s+/).find((word) => !/^\w+=/.test(word))
      if (!(await isInstalled(program))) absent.push(program)
    }
  }
  return absent
}

/** Everything that a line asks of this registry: names with tags or digests. */
function references(line) {
  const escaped = HOST.replace(/[.:]/g, '\\$&')
  const names = [...line.matchAll(new RegExp(`${escaped}/([\\w./-]+?)(?:@(sha256:\\w+)|:([\\w.-]+))?(?=\\s|$)`, 'g'))]
  const version = /--version (\S+)/.exec(line)?.[1]
  return names.map(([, name, digest, tag]) => ({ name, reference: digest ?? tag ?? version ?? 'latest' }))
}

async function assertFetchable(line) {
  for (const { name, reference } of references(line)) {
    const accept = 'application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json'
    const { status } = await fetch(`${LONGSHORE_URL}/v2/${name}/manifests/${reference}`, { method: 'HEAD', headers: { accept } })
    assert.equal(status, 200, `${line}: ${name} ${reference}`)
  }
}

/** Types a command at a terminal, and the password when it asks. */
async function run(command, folder) {
  computer.write('command.sh', `${command}\n`)
  const isBuild = command.startsWith('make ')
  const options = { folder: isBuild ? SOURCE : folder, patience: isBuild ? 600_000 : 60_000 }
  if (command.startsWith('docker-credential-longshore login')) return logInThroughBrowser(command, options)
  if (/ login /.test(command) && !command.includes('--password-stdin')) {
    const terminal = ['-qec', `bash --norc -e ${computer.path('command.sh')}`, '/dev/null']
    return computer.run('script', terminal, { ...options, input: `${account(/ -u (\S+)/.exec(command)?.[1] ?? 'alice.test').appPassword}\n` })
  }
  return computer.run('bash', ['--norc', '-e', computer.path('command.sh')], options)
}

async function logInThroughBrowser(command, options) {
  fs.rmSync(computer.path('opened'), { force: true })
  const { said, ended } = computer.start('bash', ['--norc', '-c', command], options)
  let address
  for (const deadline = Date.now() + 20_000; !address && Date.now() < deadline; await new Promise(setImmediate)) {
    if (fs.existsSync(computer.path('opened'))) address = computer.read('opened').trim()
    address ??= /open {2}(\S+)/.exec(said.stderr)?.[1]
  }
  const { page } = await browser.open(address, { as: 'alice.test', hydrated: false })
  await page.getByRole('button', { name: 'Approve' }).click()
  return { code: await ended, ...said }
}

test('every command works as it stands on its page', { skip }, async (t) => {
  computer.environment.LONGSHORE_TOKEN = await makeToken()
  // The helper is installed by the commands of its own page, which others rely on.
  const rows = [...PAGES].sort((one, other) => (other.name === 'install') - (one.name === 'install'))
  const [done, absent] = [new Set(), new Map()]
  for (const row of rows) {
    const commands = (await commandsOf(row)).filter((command) => !done.has(command))
    if (commands.length === 0) continue
    const folder = computer.path(`work/${row.name}`)
    fs.mkdirSync(folder, { recursive: true })
    await t.test(`${row.name}: ${commands.length} commands`, async () => {
      for (const command of commands) {
        done.add(command)
        assert.equal((await computer.run('bash', ['-n', '-c', command])).code, 0, `bash does not read: ${command}`)
        // The hold of the guide is yet to be set up.
        if (command.includes('hold.example.com')) continue
        const missing = await absentPrograms(command)
        for (const program of missing) absent.set(program, (absent.get(program) ?? 0) + 1)
        if (missing.length > 0) {
          for (const line of command.split('\n')) if (/ pull /.test(line)) await assertFetchable(line)
          continue
        }
        const { code, stdout, stderr } = await run(command, folder)
        assert.equal(code, 0, `${command}\n${stdout}\n${stderr}`)
      }
    })
  }
  for (const [program, count] of absent) t.diagnostic(`${program} is not on this machine: ${count} commands only read`)
  assert.ok(done.size > 20, `only ${done.size} commands were found`)
})

test('what make helper installs is static, and comes with its manual page and completion', { skip }, async () => {
  const program = 'docker-credential-longshore'
  const { stdout } = await computer.run('sh', ['-c', `ldd .local/bin/${program} 2>&1`])
  assert.match(stdout, /statically linked|not a dynamic executable/)
  assert.match(computer.read(`.local/share/man/man1/${program}.1`), /\.SH COMMANDS/)
  const complete = `. .local/share/bash-completion/completions/${program} && complete -p ${program}`
  assert.match(await computer.must('bash', ['--norc', '-c', complete]), new RegExp(` ${program}$`, 'm'))
  assert.ok(fs.existsSync(computer.path(`.local/share/zsh/site-functions/_${program}`)))
  assert.ok(fs.existsSync(computer.path(`.local/share/fish/vendor_completions.d/${program}.fish`)))
})
