// The files that pages load: named by their content, compressed, kept by browsers.
import assert from 'node:assert/strict'
import http from 'node:http'
import { test } from 'node:test'

import { LONGSHORE_URL } from '../browser.mjs'

// Not fetch(): it decodes what was compressed and hides that it was.
function get(path, headers = {}) {
  return new Promise((resolve, reject) => {
    const request = http.get(new URL(path, LONGSHORE_URL), { headers }, (response) => {
      let size = 0
      response.on('data', (part) => (size += part.length))
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, size }))
    })
    request.on('error', reject)
  })
}

async function builtFiles() {
  const page = await (await fetch(LONGSHORE_URL)).text()
  return [...page.matchAll(/href="(\/pkg\/[^"]+)"/g)].map((match) => match[1])
}

test('the page names its style sheet, script and WebAssembly by their content', async () => {
  const kinds = (await builtFiles()).map((path) => /^\/pkg\/longshore\.[\w-]{8,}\.(css|js|wasm)$/.exec(path)?.[1])
  assert.deepEqual(kinds.sort(), ['css', 'js', 'wasm'])
})

test('built files are compressed and may be kept for ever', async () => {
  for (const path of await builtFiles()) {
    const plain = await get(path)
    assert.equal(plain.headers['cache-control'], 'public, max-age=31536000, immutable')
    for (const encoding of ['br', 'gzip']) {
      const compressed = await get(path, { 'accept-encoding': encoding })
      assert.equal(compressed.headers['content-encoding'], encoding, path)
      assert.equal(compressed.headers['content-type'], plain.headers['content-type'])
      assert.ok(compressed.size < plain.size * 0.6, `${path}: ${compressed.size} of ${plain.size} bytes`)
    }
  }
})

test('a file that the browser has is not sent again', async () => {
  for (const path of [...(await builtFiles()), '/favicon.svg']) {
    const first = await get(path)
    const second = await get(path, { 'if-none-match': first.headers.etag })
    assert.deepEqual([second.status, second.size], [304, 0], path)
  }
})

test('every icon of the manifest is there', async () => {
  const manifest = await (await fetch(new URL('/site.webmanifest', LONGSHORE_URL))).json()
  for (const icon of manifest.icons) {
    const { status, headers } = await get(icon.src)
    assert.deepEqual([status, headers['content-type']], [200, icon.type])
  }
})
