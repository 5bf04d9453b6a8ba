// A token from the first sign-in to its end: made in the browser, used by skopeo, written into the PDS, revoked.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'

import { LONGSHORE_URL, useBrowser } from '../browser.mjs'
import { Computer } from '../computer.mjs'
import { query } from '../hold/xrpc.mjs'
import { HANDS } from '../keys.mjs'
import { writeHelloImage } from '../network/hello_image.mjs'
import { account, agreeAtServer, signIn, skipWithoutAccounts } from '../people.mjs'
import { noteSecret } from '../secrets.mjs'

const HOST = new URL(LONGSHORE_URL).host
const browser = useBrowser()
const computer = new Computer()
after(() => computer.dispose())

for (const { how, keys } of HANDS) {
  test(`somebody makes a token, pushes with it, revokes it and signs out ${how}`, { skip: skipWithoutAccounts }, async (t) => {
    const alice = account('alice.test')
    const [name, path] = keys ? ['the typed story', 'typed-story'] : ['the story', 'story']
    const { page } = await browser.open('/settings/tokens', { hydrated: false, keys })
    let token
    const push = (tag) => {
      const image = `docker://${HOST}/${alice.handle}/${path}:${tag}`
      return computer.run('skopeo', ['copy', '--quiet', '--dest-tls-verify=false', 'oci:hello:latest', image])
    }

    await t.test('signing in for it, and once more before what is dangerous', async () => {
      await signIn(page, alice)
      assert.equal(new URL(page.url()).pathname, '/settings/tokens')
      await page.goto('/sign-in?fresh=1&return_to=/settings/tokens')
      await page.getByText('your server asks for your password again').waitFor()
      await page.getByRole('button', { name: alice.handle }).click()
      await page.locator('input[name="password"]').waitFor()
      await agreeAtServer(page, alice)
      await page.getByRole('heading', { name: 'Access tokens' }).waitFor()
    })

    await t.test('allowing pushes, which the sign-in had not asked for', async () => {
      const allow = page.getByRole('button', { name: 'Allow pushes at your server' })
      await allow.click()
      await page.waitForURL(`${alice.pds}/**`)
      await page.getByRole('button', { name: 'Authorize' }).or(page.locator('input[name="password"]')).first().waitFor()
      await agreeAtServer(page, alice)
      await page.getByRole('heading', { name: 'Access tokens' }).waitFor()
      assert.equal(await allow.count(), 0)
    })

    await t.test('making the token, which is shown this once', async () => {
      await page.getByLabel('Name').fill(name)
      await page.getByLabel('Push').check()
      await page.getByRole('button', { name: 'Make the token' }).click()
      const created = page.getByRole('status', { name: 'Your new token' })
      token = (await created.locator('code').textContent()).trim()
      assert.match(token, /^longshore_/)
      noteSecret('access token', token)
      await page.goto('/settings/tokens')
      await page.getByText(name).waitFor()
      assert.ok(!(await page.content()).includes(token))
    })

    await t.test('logging in and pushing with it', async () => {
      await computer.must('skopeo', ['login', '--tls-verify=false', '-u', alice.handle, '--password-stdin', HOST], { input: token })
      writeHelloImage(computer.path('hello'))
      const { code, stderr } = await push('v1')
      assert.equal(code, 0, stderr)
      await page.goto(`/r/alice.test/${path}/-/tags`)
      await page.getByRole('link', { name: 'v1', exact: true }).waitFor()
    })

    await t.test('finding the records in the PDS', async () => {
      const of = (collection, rkey) => query(alice.pds, 'com.atproto.repo.getRecord', { repo: alice.did, collection, rkey })
      const { value: tag } = await of('io.atcr.tag', `${path}_v1`)
      assert.deepEqual([tag.repository, tag.tag], [path, 'v1'])
      const { value: manifest } = await of('io.atcr.manifest', tag.manifestDigest.replace('sha256:', ''))
      // An image has one record, which names the repository that had it first.
      assert.deepEqual([manifest.repository, manifest.digest], ['story', tag.manifestDigest])
    })

    await t.test('revoking it, after which a push is refused and says why', async () => {
      await page.goto('/settings/tokens')
      assert.match(await page.locator('.row', { hasText: name }).textContent(), /last used/)
      await page.getByRole('button', { name: `Revoke ${name}` }).click()
      await page.getByText('From now on it opens nothing').waitFor()
      const { code, stderr } = await push('v2')
      assert.notEqual(code, 0)
      assert.match(stderr, /this access token was revoked or is not known here; make another one/)
    })

    await t.test('signing out', async () => {
      await page.getByRole('banner').getByRole('button', { name: 'Sign out' }).click()
      await page.getByRole('link', { name: 'Sign in' }).first().waitFor()
      await page.goto('/settings/tokens')
      assert.match(page.url(), /\/sign-in\?return_to=/)
    })
  })
}
