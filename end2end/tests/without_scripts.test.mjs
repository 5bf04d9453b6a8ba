// Pages of captains and owners, read by somebody whose browser runs no scripts. The pages of their own server need some,
// so they were signed in before.
import assert from 'node:assert/strict'
import { before, test } from 'node:test'

import { useBrowser } from '../browser.mjs'
import { addressOf, PAGES } from '../pages.mjs'
import { account, signInAsOwner, skipWithoutAccounts } from '../people.mjs'

const skip = skipWithoutAccounts
const browser = useBrowser()
const unscripted = { as: 'alice.test', javaScriptEnabled: false }
let hold

before(async () => {
  if (!skip) hold = await addressOf(PAGES.find(({ name }) => name === 'hold'))
})

test('a captain reads everything about the hold', { skip }, async (t) => {
  const { page } = await browser.open('/holds', unscripted)
  const open = (tab) => page.getByRole('navigation', { name: 'Hold' }).getByRole('link', { name: tab, exact: true }).click()

  await t.test('finds the hold, with who runs it', async () => {
    await page.locator('.hold-card h3 a').first().click()
    await page.getByText('Answers now').waitFor()
    await page.getByText('@alice.test').first().waitFor()
  })

  await t.test('reads the crew, and finds one of them', async () => {
    await open('Crew')
    await page.locator('.crew-row', { hasText: '@erin.test' }).waitFor()
    // A small crew needs no filter, so its form is not there yet.
    await page.goto(`${hold}/crew?filter=dora`)
    await page.locator('.crew-row', { hasText: '@dora.test' }).waitFor()
    assert.equal(await page.locator('.crew-row').count(), 1)
    await page.getByRole('link', { name: 'Change dora.test' }).click()
    await page.getByRole('button', { name: 'Save' }).waitFor()
  })

  await t.test('reads the quotas', async () => {
    await open('Quotas')
    await page.getByRole('heading', { name: /Tiers|Quotas/ }).first().waitFor()
  })

  await t.test('weighs a tag', async () => {
    await open('Usage')
    await page.getByRole('link', { name: /Weigh tags of alice.test\/harbour-master/ }).click()
    await page.getByLabel(/^1\.8\.0/).check()
    await page.getByRole('button', { name: 'Say what that frees' }).click()
    const size = page.locator('.statement-main', { hasText: 'Deleting this tag frees' }).locator('.size').first()
    assert.match(await size.getAttribute('title'), /^[\d\u2009]+ bytes$/)
  })

  await t.test('looks what a collection of garbage would do', async () => {
    await open('Space')
    await page.getByRole('link', { name: 'See what it would free' }).click()
    await page.getByText('This is a dry run').waitFor()
  })

  await t.test('reads how the hold stands in the network, and who did what', async () => {
    await open('Network')
    await page.getByText('did:').first().waitFor()
    await open('Activity')
    await page.getByLabel('What', { exact: true }).selectOption({ index: 1 })
    await page.getByRole('button', { name: 'Show' }).click()
    await page.waitForURL(/action=/)
    await page.getByRole('heading', { name: 'Who did what' }).waitFor()
  })

  await t.test('is told who nobody is, and offered no file about them', async () => {
    await page.getByLabel('Person').fill('nobody.test')
    await page.getByRole('button', { name: 'Show' }).click()
    await page.getByRole('alert').waitFor()
    assert.equal(await page.getByRole('link', { name: 'CSV' }).count(), 0)
  })
})

test('an owner reads what a repository is, and what deleting would do', { skip }, async () => {
  const settings = '/r/alice.test/harbour-master/-/settings'
  const { page: scripted } = await browser.open(`/sign-in?return_to=${settings}`, { hydrated: false })
  await signInAsOwner(scripted, account('alice.test'), settings)
  const storageState = await scripted.context().storageState()
  const { page } = await browser.open('/u/alice.test', { storageState, javaScriptEnabled: false })
  await page.getByRole('link', { name: 'harbour-master', exact: true }).click()
  await page.getByText('docker pull').first().waitFor()
  await page.getByRole('link', { name: 'Settings', exact: true }).click()
  await page.getByLabel('Patterns').waitFor()
  await page.getByRole('link', { name: 'Tags', exact: true }).click()
  await page.getByLabel('Choose 1.8.0').check()
  await page.getByRole('button', { name: 'Delete chosen tags…' }).click()
  await page.getByRole('heading', { name: '1 tag goes' }).waitFor()
  assert.match(await page.locator('.effect .size').first().getAttribute('title'), /^[\d\u2009]+ bytes$/)
})

test('somebody reads what they use, and what is kept about them', { skip }, async () => {
  const { page } = await browser.open('/settings/quota', unscripted)
  await page.locator('.quota-row').first().waitFor()
  await page.getByRole('link', { name: 'Your data', exact: true }).click()
  await page.getByRole('heading', { name: 'Take it along' }).waitFor()
})

for (const row of PAGES.filter(({ as, status }) => as && status === 200)) {
  test(`${row.name} has no control that does nothing`, { skip }, async () => {
    const { page } = await browser.open(await addressOf(row), { as: row.as, javaScriptEnabled: false })
    // Buttons that belong to no form and open nothing need a script; and no page is to reload itself.
    const buttons = page.locator('button:visible:not([popovertarget])')
    const dead = await buttons.evaluateAll((all) => all.filter((button) => !button.form).map((button) => button.outerHTML))
    assert.deepEqual(dead, [])
    assert.equal(await page.locator('meta[http-equiv="refresh"]').count(), 0)
    await page.context().close()
  })
}
