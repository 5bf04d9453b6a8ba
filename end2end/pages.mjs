// Every page that the general tests visit and the screenshots show. What is in them comes from sample_images.mjs.
//
// `as` is who looks, by the handle of an account of the local network; without it, nobody is signed in. `path` may be
// a function that makes what the page shows and answers with its address.
import { LONGSHORE_URL } from './browser.mjs'
import { noteSecret } from './secrets.mjs'

export const PAGES = [
  { name: 'home', path: '/', status: 200 },
  { name: 'not-found', path: '/no/such/page', status: 404 },
  { name: 'person', path: '/u/alice.test', status: 200 },
  { name: 'person-without-images', path: '/u/bob.test', status: 200 },
  { name: 'repository', path: '/r/alice.test/harbour-master', status: 200 },
  { name: 'no-repository', path: '/r/alice.test/nothing', status: 404 },
  { name: 'tags', path: '/r/alice.test/harbour-master/-/tags', status: 200 },
  { name: 'tags-none-match', path: '/r/alice.test/harbour-master/-/tags?filter=zzz', status: 200 },
  { name: 'index', path: '/r/alice.test/harbour-master:latest', status: 200 },
  { name: 'files', path: '/r/alice.test/harbour-master:latest/-/files', status: 200 },
  { name: 'files-of-layer', path: '/r/alice.test/harbour-master:latest/-/files?layer=3&path=app', status: 200 },
  { name: 'file', path: '/r/alice.test/harbour-master:latest/-/files?path=etc/os-release', status: 200 },
  { name: 'compare-choice', path: '/r/alice.test/harbour-master/-/compare', status: 200 },
  { name: 'compare', path: '/r/alice.test/harbour-master/-/compare?from=1.8.0&to=1.10.0', status: 200 },
  { name: 'search', path: '/search', status: 200 },
  { name: 'search-nothing', path: '/search?q=zzz', status: 200 },
  { name: 'image', path: '/r/alice.test/tools/tide-table:edge', status: 200 },
  { name: 'chart', path: '/r/alice.test/charts/harbour:2.1.0', status: 200 },
  { name: 'install', path: '/install', status: 200 },
  { name: 'sign-in', path: '/sign-in', status: 200 },
  { name: 'sign-in-again', path: '/sign-in?fresh=1&return_to=/settings/tokens', status: 200, as: 'alice.test' },
  { name: 'settings-profile', path: '/settings', status: 200, as: 'alice.test' },
  { name: 'settings-sessions', path: '/settings/sessions', status: 200, as: 'alice.test' },
  { name: 'settings-tokens', path: '/settings/tokens', status: 200, as: 'alice.test' },
  { name: 'owner-repository', path: '/r/alice.test/harbour-master', status: 200, as: 'alice.test' },
  { name: 'owner-tags', path: '/r/alice.test/harbour-master/-/tags', status: 200, as: 'alice.test' },
  { name: 'owner-edit', path: '/r/alice.test/harbour-master/-/edit', status: 200, as: 'alice.test' },
  { name: 'owner-settings', path: '/r/alice.test/harbour-master/-/settings', status: 200, as: 'alice.test' },
  { name: 'owner-delete', path: '/r/alice.test/harbour-master/-/delete?tag=1.8.0&tag=latest', status: 200, as: 'alice.test' },
  { name: 'owner-delete-all', path: '/r/alice.test/tools/tide-table/-/delete?everything=yes', status: 200, as: 'alice.test' },
  { name: 'owner-stranger', path: '/r/alice.test/harbour-master/-/edit', status: 403, as: 'bob.test' },
  { name: 'device', path: '/device', status: 200, as: 'alice.test' },
  { name: 'device-wrong-code', path: '/device?user_code=BCDF-GHJK', status: 200, as: 'bob.test' },
  { name: 'device-asks', path: askFromDevice, status: 200, as: 'alice.test' },
]

/** The address of a row's page. */
export async function addressOf({ path }) {
  return typeof path === 'function' ? path() : path
}

// A program on some computer asks to be logged in, and shows this address.
async function askFromDevice() {
  const form = { client_id: 'docker-credential-longshore', client_version: '1.0.0', device_name: 'build machine' }
  const response = await fetch(new URL('/auth/device', LONGSHORE_URL), { method: 'POST', body: new URLSearchParams(form) })
  if (!response.ok) throw new Error(`/auth/device: ${response.status} ${await response.text()}`)
  const { verification_uri_complete: address, device_code: code } = await response.json()
  noteSecret('device code', code)
  return address.slice(LONGSHORE_URL.length)
}
