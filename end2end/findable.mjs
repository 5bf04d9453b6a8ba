// Waiting for the job that makes findable what was pushed.
import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'

import { LONGSHORE_URL } from './browser.mjs'

/** What was pushed a moment ago becomes findable shortly: waits until all of `names` are. */
export async function untilFindable(...names) {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await wait(200)) {
    const { repositories } = await (await fetch(new URL('/api/v1/search', LONGSHORE_URL))).json()
    const found = repositories.map(({ name }) => name)
    if (names.every((name) => found.includes(name))) return
  }
  assert.fail(`${names} were not found in time`)
}
