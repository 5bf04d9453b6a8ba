// docker-credential-longshore: logging in through the browser on this computer and by a code on another one, two
// accounts at one registry, and skopeo and podman that push and pull through it. No program here has a terminal.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { after, before, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'

import { LONGSHORE_URL, useBrowser } from '../browser.mjs'
import { Computer } from '../computer.mjs'
import { writeHelloImage } from '../network/hello_image.mjs'
import { account, agreeAtServer, signIn, skipWithoutAccounts } from '../people.mjs'
import { noteSecret } from '../secrets.mjs'

const HOST = new URL(LONGSHORE_URL).host
const PROGRAM = 'docker-credential-longshore'
const browser = useBrowser()
let computer

before(() => {
  computer = new Computer()
  computer.installHelper()
  // Writes down what it is to show; the test shows it.
  computer.write('.local/bin/browser', '#!/bin/sh\necho "$1" > "$HOME/opening" && mv "$HOME/opening" "$HOME/opened"\n', 0o700)
  writeHelloImage(computer.path('hello'))
})
after(() => computer.dispose())

/** What `look` finds, as soon as it does; fails when the program ends before. */
async function until({ ended, said }, look) {
  let code
  ended.then((value) => (code = value))
  for (;;) {
    const found = look()
    if (found) return found
    assert.equal(code, undefined, `the program ended with ${code}: ${said.stderr}`)
    await wait(20)
  }
}

/** Lets the registry write what pushes of this person write, where the page asks for it. */
async function allowPushes(page, person) {
  const allow = page.getByRole('button', { name: 'Allow pushes at your server' })
  if (!(await allow.isVisible())) return
  await allow.click()
  await agreeAtServer(page, person)
  await page.getByRole('heading', { name: 'Log in a device' }).waitFor()
}

test('a login through the browser on this computer, by keyboard', { skip: skipWithoutAccounts }, async () => {
  const alice = account('alice.test')
  const login = computer.start(PROGRAM, ['login', HOST, '--name', 'my desk'], { environment: { BROWSER: 'browser' } })
  const address = await until(login, () => fs.existsSync(computer.path('opened')) && computer.read('opened').trim())
  const { page } = await browser.open(address, { hydrated: false, keys: true })
  await signIn(page, alice)
  await page.getByText('my desk').waitFor()
  await allowPushes(page, alice)
  await page.getByRole('button', { name: 'Approve' }).click()
  await page.getByText('You are logged in. You may close this page.').waitFor()
  assert.equal(await login.ended, 0, login.said.stderr)
  assert.match(login.said.stdout, new RegExp(`Logged in to ${HOST} as alice.test`))
  assert.match(login.said.stderr, /warning: the token is stored unencrypted in .*credentials\.json, readable by you alone/)
  assert.equal(fs.statSync(computer.path('.config/longshore/credentials.json')).mode & 0o777, 0o600)
})

function push(handle, tag) {
  const image = `docker://${HOST}/${handle}/helped:${tag}`
  return computer.run('skopeo', ['copy', '--quiet', '--dest-tls-verify=false', 'oci:hello:latest', image])
}

test('a login by a code, typed on another computer that has a keyboard alone', { skip: skipWithoutAccounts }, async () => {
  await computer.must(PROGRAM, ['configure-docker', HOST])
  const finn = account('finn.test')
  const login = computer.start(PROGRAM, ['login', HOST, '--device', '--name', 'my desk'])
  const code = await until(login, () => /^and type (\S+)$/m.exec(login.said.stderr)?.[1])
  const { page } = await browser.open('/device', { hydrated: false, keys: true })
  await signIn(page, finn)
  await page.getByLabel('The code that your terminal shows').fill(code.toLowerCase())
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByText('Your terminal must show exactly this code').waitFor()
  assert.equal(await page.locator('.code-shown').textContent(), code)
  assert.equal(login.child.exitCode, null, 'opening the page approved nothing')
  await page.getByRole('button', { name: 'Approve' }).click()
  await page.getByText('Approved.').waitFor()
  assert.equal(await login.ended, 0, login.said.stderr)
  const refused = await push('finn.test', 'too-early')
  assert.notEqual(refused.code, 0)
  assert.match(refused.stderr, /you have not allowed this registry to write into your repo: allow pushes on http/)
  await allowPushes(page, finn)
  const { stdout } = await computer.run(PROGRAM, ['status'])
  for (const [, token] of computer.read('.config/longshore/credentials.json').matchAll(/"(longshore_[^"]+)"/g)) noteSecret('access token', token)
  assert.match(stdout, /^ {2}alice\.test .*\n\* finn\.test /m)
})

for (const handle of ['alice.test', 'finn.test']) {
  test(`skopeo and podman push and pull as ${handle}, whom the image's name tells`, { skip: skipWithoutAccounts }, async () => {
    const image = (name) => `${HOST}/${handle}/helped:${name}`
    await computer.must('skopeo', ['copy', '--quiet', '--dest-tls-verify=false', 'oci:hello:latest', `docker://${image('skopeo')}`])
    await computer.must('skopeo', ['copy', '--quiet', '--src-tls-verify=false', `docker://${image('skopeo')}`, `oci:back-${handle}:latest`])

    const id = await computer.must('podman', ['pull', '--quiet', 'oci:hello:latest'])
    await computer.must('podman', ['tag', id.trim(), image('podman')])
    await computer.must('podman', ['push', '--quiet', '--tls-verify=false', image('podman')])
    await computer.must('podman', ['rmi', '--force', id.trim()])
    assert.equal(await computer.must('podman', ['pull', '--quiet', '--tls-verify=false', image('podman')]), id)

    const page = await (await fetch(`${LONGSHORE_URL}/r/${handle}/helped/-/tags`)).text()
    for (const tag of ['skopeo', 'podman']) assert.ok(page.includes(`helped:${tag}`), tag)
  })
}

test('after the logout a push fails at once and says so', { skip: skipWithoutAccounts }, async () => {
  await computer.must(PROGRAM, ['logout', HOST, '--account', 'finn.test'])
  const { code, stderr } = await push('finn.test', 'skopeo')
  assert.notEqual(code, 0)
  assert.match(stderr, /denied|unauthorized/)
  const { stdout } = await computer.run(PROGRAM, ['status'])
  assert.ok(!stdout.includes('finn.test'), stdout)
})
