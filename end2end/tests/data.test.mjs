// Taking one's data along, and having it removed: an account of its own, since nothing is left of it afterwards.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'

import { useBrowser } from '../browser.mjs'
import { HANDS } from '../keys.mjs'
import { account, signIn, skipWithoutAccounts } from '../people.mjs'

const skip = skipWithoutAccounts
const browser = useBrowser()

/** Somebody new at the PDS of everybody. */
async function newAccount(name) {
  const { pds } = account('alice.test')
  const handle = `${name}-${process.pid}.test`
  const password = 'correct-horse-battery'
  const answer = await fetch(`${pds}/xrpc/com.atproto.server.createAccount`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ handle, email: `${handle}@mail.example.com`, password }),
  })
  assert.equal(answer.status, 200, await answer.clone().text())
  const { did } = await answer.json()
  return { handle, password, pds, did }
}

/** The files of an archive by their names, read by software that knows nothing of Longshore. */
function unpack(file) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'longshore-archive-'))
  try {
    execFileSync('python3', ['-m', 'zipfile', '-e', file, folder])
    const root = path.join(folder, 'longshore-export')
    const names = fs.readdirSync(root, { recursive: true }).filter((name) => fs.statSync(path.join(root, name)).isFile())
    return Object.fromEntries(names.map((name) => [name, fs.readFileSync(path.join(root, name), 'utf8')]))
  } finally {
    fs.rmSync(folder, { recursive: true })
  }
}

for (const { how, keys } of HANDS) {
  test(`somebody makes an archive, opens it, and removes their data ${how}`, { skip }, async () => {
    const sailor = await newAccount(keys ? 'typist' : 'packer')
    const { page, errors } = await browser.open('/settings/data', { hydrated: false, keys })
    await signIn(page, sailor)
    await page.getByRole('heading', { name: 'Your data' }).waitFor()

    await page.getByRole('button', { name: 'Make an archive' }).click()
    const link = page.getByRole('link', { name: /^Download/ })
    await link.waitFor({ timeout: 30_000 })
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()])
    assert.match(download.suggestedFilename(), new RegExp(`^longshore-${sailor.handle}-\\d{4}-\\d\\d-\\d\\d\\.zip$`))
    const files = unpack(await download.path())
    assert.match(files['README.txt'], new RegExp(sailor.did))
    const { did, browserSessions } = JSON.parse(files['account.json'])
    assert.equal(did, sailor.did)
    assert.equal(browserSessions.length, 1)
    assert.ok(Object.keys(files).some((name) => name.startsWith('holds/')), Object.keys(files).join())
    assert.ok(files['repo.car'].length > 50)

    await page.getByRole('textbox', { name: /to confirm/ }).fill(sailor.handle)
    await page.getByRole('button', { name: 'Remove everything about me' }).click()
    await page.getByText('Everything about you is removed').waitFor()
    await page.goto('/settings/data')
    assert.match(page.url(), /\/sign-in/)
    assert.deepEqual(errors.filter((error) => /Content Security Policy/i.test(error)), [])
  })
}
