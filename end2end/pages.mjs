// Every page that the general tests visit and the screenshots show. What is in them comes from sample_images.mjs.
//
// `as` is who looks, by the handle of an account of the local network; without it, nobody is signed in. `path` may be
// a function that makes what the page shows and answers with its address.
import { LONGSHORE_URL } from './browser.mjs'
import { ACCOUNTS } from './people.mjs'
import { noteSecret } from './secrets.mjs'

export const PAGES = [
  { name: 'home', path: '/', status: 200 },
  { name: 'home-signed-in', path: '/', status: 200, as: 'dora.test' },
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
  { name: 'search-filtered', path: '/search?q=harbour&arch=arm64&signed=1&sort=stars', status: 200 },
  { name: 'search-nothing', path: '/search?q=zzz', status: 200 },
  { name: 'image', path: '/r/alice.test/tools/tide-table:edge', status: 200 },
  { name: 'chart', path: '/r/alice.test/charts/harbour:2.1.0', status: 200 },
  { name: 'install', path: '/install', status: 200 },
  { name: 'holds', path: '/holds', status: 200 },
  { name: 'holds-of-captain', path: '/holds', status: 200, as: 'alice.test' },
  { name: 'hold', path: ofHold(''), status: 200 },
  { name: 'hold-of-member', path: ofHold(''), status: 200, as: 'dora.test' },
  { name: 'hold-crew', path: ofHold('/crew'), status: 200, as: 'alice.test' },
  { name: 'hold-crew-none-match', path: ofHold('/crew?filter=zzz'), status: 200, as: 'alice.test' },
  { name: 'hold-crew-add', path: ofHold('/crew/add?who=bob.test'), status: 200, as: 'alice.test' },
  { name: 'hold-crew-add-nobody', path: ofHold('/crew/add?who=nobody.test'), status: 200, as: 'alice.test' },
  { name: 'hold-member', path: ofHold(`/crew/${didOf('dora.test')}`), status: 200, as: 'alice.test' },
  { name: 'hold-member-remove', path: ofHold(`/crew/${didOf('dora.test')}/remove`), status: 200, as: 'alice.test' },
  { name: 'hold-quotas', path: ofHold('/quotas'), status: 200, as: 'alice.test' },
  { name: 'hold-settings', path: ofHold('/settings'), status: 200, as: 'alice.test' },
  { name: 'hold-usage', path: ofHold('/usage'), status: 200, as: 'alice.test' },
  { name: 'hold-usage-weighed', path: weighed, status: 200, as: 'alice.test' },
  { name: 'hold-space', path: ofHold('/space'), status: 200, as: 'alice.test' },
  { name: 'hold-space-plan', path: ofHold('/space?plan=1'), status: 200, as: 'alice.test' },
  { name: 'hold-network', path: ofHold('/network'), status: 200, as: 'alice.test' },
  { name: 'hold-activity', path: ofHold('/activity'), status: 200, as: 'alice.test' },
  { name: 'hold-activity-nothing', path: ofHold('/activity?action=captaincy'), status: 200, as: 'alice.test' },
  { name: 'hold-usage-for-others', path: ofHold('/usage'), status: 403, as: 'carol.test' },
  { name: 'hold-set-up', path: '/holds/set-up', status: 200, as: 'alice.test' },
  { name: 'hold-set-up-made', path: '/holds/set-up?url=hold.example.com&owner=alice.test&storage=s3&bucket=images', status: 200 },
  { name: 'hold-set-up-check', path: checked, status: 200 },
  { name: 'hold-set-up-check-fails', path: '/holds/set-up/check?hold=nothing.invalid', status: 200 },
  { name: 'settings-quota', path: '/settings/quota', status: 200, as: 'alice.test' },
  { name: 'hold-captaincy', path: ofHold('/captaincy'), status: 200, as: 'alice.test' },
  { name: 'hold-join-ended', path: ofHold('/join?invite=ended'), status: 200, as: 'carol.test' },
  { name: 'hold-for-others', path: ofHold('/crew'), status: 403, as: 'carol.test' },
  { name: 'sign-in', path: '/sign-in', status: 200 },
  { name: 'sign-in-again', path: '/sign-in?fresh=1&return_to=/settings/tokens', status: 200, as: 'alice.test' },
  { name: 'settings-profile', path: '/settings', status: 200, as: 'alice.test' },
  { name: 'settings-sessions', path: '/settings/sessions', status: 200, as: 'alice.test' },
  { name: 'settings-tokens', path: '/settings/tokens', status: 200, as: 'alice.test' },
  { name: 'settings-data', path: '/settings/data', status: 200, as: 'alice.test' },
  { name: 'settings-data-of-crew', path: '/settings/data', status: 200, as: 'bob.test' },
  { name: 'about', path: '/about', status: 200 },
  { name: 'privacy', path: '/privacy', status: 200 },
  { name: 'terms', path: '/terms', status: 200 },
  { name: 'status', path: '/status', status: 200 },
  { name: 'gone', path: '/settings/data/archives/0', status: 410, as: 'bob.test' },
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

// A page of the hold of the server under test.
function ofHold(rest) {
  return async () => {
    const did = await (await fetch(new URL('/.well-known/atproto-did', LONGSHORE_URL))).text()
    return `/hold/${did.replace('%', '%25')}${rest}`
  }
}

// What removing two tags of a repository would free.
async function weighed() {
  const repository = `${didOf('alice.test')}/harbour-master`
  return ofHold(`/usage?repository=${repository}&tag=1.8.0&tag=1.10.0`)()
}

// The guide's look at the hold of the server under test.
function checked() {
  return `/holds/set-up/check?hold=${encodeURIComponent(LONGSHORE_URL)}`
}

function didOf(handle) {
  return ACCOUNTS.find((account) => account.handle === handle)?.did
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
