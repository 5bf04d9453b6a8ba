// Pushes what the pages are tested and photographed with: images for several platforms, a chart, a signature, a
// description. Nothing is downloaded; everything is made here.
import crypto from 'node:crypto'
import zlib from 'node:zlib'

import { noteSecret } from './secrets.mjs'

const TYPES = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  gzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
}

const README = `# Harbour master

A tiny web server that shows which ships are in. It is here so that there is something to look at.

## Run it

    docker run -p 8080:8080 harbour-master

| Variable | What it does |
|---|---|
| \`PORT\` | where it listens |
| \`QUAY\` | which quay it watches |

- [x] shows ships
- [ ] predicts the tide

<h2 align="center">From <b>HTML</b></h2> <script>window.injected = true</script>
<img src="x" onerror="window.injected = true">

[Its page](https://example.com/harbour) and [a trick](javascript:window.injected=true).
`

/** Pushes everything into the repositories of the first account. */
export async function pushSamples({ url, network }) {
  const [alice] = network.accounts
  const app = await Repository.open(url, alice, 'harbour-master')
  // Before the first push: after it the server reads what there is, and keeps it for a while.
  await app.describe(README)
  const base = layer({ 'etc/os-release': 'NAME="Quayside Linux"\nVERSION_ID=1\n', 'bin/sh': noise(60_000, 1) })
  const packages = (version) => layer({ 'lib/apk/db/installed': apkDatabase(version), 'usr/lib/libtide.so': noise(24_000, 2) })
  const program = (version, arch) =>
    layer({ 'app/server': noise(90_000, version * 7 + arch.length), 'app/VERSION': `${version}\n`, 'app/quays.json': '{"north":4,"south":2}\n', 'app/.wh.old-server': '' })
  for (const version of [1, 2, 3]) {
    const children = []
    for (const architecture of ['amd64', 'arm64']) {
      const layers = [base, packages(version), program(version, architecture)]
      const child = await app.pushImage({ layers, architecture, config: config(version), history: history(version) })
      children.push({ ...child, platform: { os: 'linux', architecture, ...(architecture === 'arm64' && { variant: 'v8' }) } })
    }
    const tags = [`1.${version + 7}.0`, ...(version === 3 ? ['latest', '1.10'] : [])]
    await app.pushManifest(tags, TYPES.index, {
      schemaVersion: 2,
      mediaType: TYPES.index,
      manifests: children,
      annotations: {
        'org.opencontainers.image.description': 'A tiny web server that shows which ships are in',
        'org.opencontainers.image.source': 'https://example.com/harbour/master',
        'org.opencontainers.image.licenses': 'MIT',
        'org.opencontainers.image.version': `1.${version + 7}.0`,
        'org.example.hostile': '<script>window.injected=true</script> \u202eturned',
      },
    })
    if (version === 3) await app.sign(children[0])
  }

  const chart = await Repository.open(url, alice, 'charts/harbour')
  await chart.pushChart('2.1.0')
  const tool = await Repository.open(url, alice, 'tools/tide-table')
  await tool.pushImage({ layers: [layer({ 'tide.txt': 'high at noon\n' })], architecture: 'amd64', tags: ['edge'] })
}

function config(version) {
  return {
    User: 'harbour',
    Env: ['PATH=/usr/bin:/bin', `RELEASE=${version}`, 'API_TOKEN=not-for-your-eyes', 'QUAY=north'],
    Entrypoint: ['/app/server'],
    Cmd: ['--quay', 'north'],
    WorkingDir: '/app',
    ExposedPorts: { '8080/tcp': {} },
    Labels: { 'org.opencontainers.image.title': 'Harbour master', maintainer: 'alice' },
  }
}

function history(version) {
  const created = `2026-10-0${version}T08:00:00Z`
  return [
    { created, created_by: '/bin/sh -c #(nop) ADD file:quayside.tar in / ' },
    { created, created_by: 'ENV QUAY=north', empty_layer: true },
    { created, created_by: '/bin/sh -c apk add --no-cache tide ca-certificates' },
    { created, created_by: 'COPY server quays.json /app/ # buildkit' },
    { created, created_by: 'ENTRYPOINT ["/app/server"]', empty_layer: true },
  ]
}

function apkDatabase(version) {
  const entry = (name, number) => `C:Q1\nP:${name}\nV:${number}\nA:x86_64\nT:about ${name}\n\n`
  return entry('musl', '1.2.5-r0') + entry('tide', `0.${version}.0-r1`) + (version > 1 ? entry('ca-certificates', '2026-r0') : '')
}

/** A repository that can be pushed to. */
export class Repository {
  static async open(url, account, path) {
    const name = `${account.handle}/${path}`
    const host = new URL(url).host
    const query = new URLSearchParams({ service: host, scope: `repository:${name}:pull,push,delete` })
    const credentials = Buffer.from(`${account.handle}:${account.appPassword}`).toString('base64')
    const response = await fetch(`${url}/auth/token?${query}`, { headers: { authorization: `Basic ${credentials}` } })
    if (!response.ok) throw new Error(`no token for ${name}: ${response.status} ${await response.text()}`)
    const { token } = await response.json()
    noteSecret('registry token', token)
    return Object.assign(new Repository(), { url, account, path, name, token })
  }

  async send(method, path, headers, body) {
    const address = path.startsWith('http') ? path : `${this.url}${path}`
    const response = await fetch(address, { method, headers: { authorization: `Bearer ${this.token}`, ...headers }, body })
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
    return response
  }

  async pushBlob(mediaType, bytes) {
    const started = await this.send('POST', `/v2/${this.name}/blobs/uploads/`)
    const location = started.headers.get('location')
    const separator = location.includes('?') ? '&' : '?'
    await this.send('PUT', `${location}${separator}digest=${digest(bytes)}`, {}, bytes)
    return { mediaType, digest: digest(bytes), size: bytes.length }
  }

  async pushManifest(references, mediaType, document) {
    const bytes = Buffer.from(JSON.stringify(document))
    const named = references.length ? references : [digest(bytes)]
    for (const reference of named) {
      await this.send('PUT', `/v2/${this.name}/manifests/${reference}`, { 'content-type': mediaType }, bytes)
    }
    return { mediaType, digest: digest(bytes), size: bytes.length }
  }

  async pushImage({ layers, architecture, config = {}, history, annotations, tags = [] }) {
    const pushed = []
    for (const { bytes } of layers) pushed.push(await this.pushBlob(TYPES.gzip, bytes))
    const document = {
      created: '2026-10-01T08:00:00Z',
      architecture,
      ...(architecture === 'arm64' && { variant: 'v8' }),
      os: 'linux',
      config,
      rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
      ...(history && { history }),
    }
    const configured = await this.pushBlob(TYPES.config, Buffer.from(JSON.stringify(document)))
    const manifest = { schemaVersion: 2, mediaType: TYPES.manifest, config: configured, layers: pushed }
    return this.pushManifest(tags, TYPES.manifest, { ...manifest, ...(annotations && { annotations }) })
  }

  async pushChart(version) {
    const chart = { name: 'harbour', version, appVersion: '1.10.0', description: 'Runs the harbour master', type: 'application', keywords: ['port', 'ships'], maintainers: [{ name: 'alice' }] }
    const config = await this.pushBlob('application/vnd.cncf.helm.config.v1+json', Buffer.from(JSON.stringify(chart)))
    const content = await this.pushBlob('application/vnd.cncf.helm.chart.content.v1.tar+gzip', layer({ 'harbour/Chart.yaml': `name: harbour\nversion: ${version}\n` }).bytes)
    await this.pushManifest([version], TYPES.manifest, { schemaVersion: 2, mediaType: TYPES.manifest, config, layers: [content] })
  }

  async sign(subject) {
    const empty = await this.pushBlob('application/vnd.oci.empty.v1+json', Buffer.from('{}'))
    const signature = await this.pushBlob('application/vnd.dev.sigstore.bundle.v0.3+json', Buffer.from('{"bundle":true}'))
    await this.pushManifest([], TYPES.manifest, {
      schemaVersion: 2,
      mediaType: TYPES.manifest,
      artifactType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
      config: empty,
      layers: [signature],
      subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.size },
    })
  }

  /** Writes what the owner says of the repository into the owner's own repo. */
  async describe(description) {
    const { pds, did, appPassword } = this.account
    const call = async (method, headers, input) => {
      const response = await fetch(`${pds}/xrpc/${method}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(input),
      })
      if (!response.ok) throw new Error(`${method}: ${response.status} ${await response.text()}`)
      return response.json()
    }
    const { accessJwt } = await call('com.atproto.server.createSession', {}, { identifier: did, password: appPassword })
    const now = new Date().toISOString()
    await call('com.atproto.repo.putRecord', { authorization: `Bearer ${accessJwt}` }, {
      repo: did,
      collection: 'io.atcr.repo.page',
      rkey: this.path.replaceAll('/', '~'),
      validate: false,
      record: { $type: 'io.atcr.repo.page', repository: this.path, description, createdAt: now, updatedAt: now },
    })
  }
}

/** A gzipped tar archive of these files, by path. */
export function layer(files) {
  const archive = Buffer.concat([...Object.entries(files).map(([name, content]) => entry(name, Buffer.from(content))), Buffer.alloc(1024)])
  return { bytes: zlib.gzipSync(archive), diffId: digest(archive) }
}

// A ustar header and the content, padded to 512 bytes.
function entry(name, content) {
  const header = Buffer.alloc(512)
  const octal = (value, width) => value.toString(8).padStart(width - 1, '0') + '\0'
  header.write(name, 0)
  header.write(octal(0o644, 8), 100)
  header.write(octal(0, 8), 108)
  header.write(octal(0, 8), 116)
  header.write(octal(content.length, 12), 124)
  header.write(octal(0, 12), 136)
  header.write('        0', 148)
  header.write('ustar\u000000', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(sum.toString(8).padStart(6, '0') + '\0 ', 148)
  return Buffer.concat([header, content, Buffer.alloc((512 - (content.length % 512)) % 512)])
}

// The same bytes every time, and hardly to be compressed.
function noise(length, seed) {
  const pieces = []
  for (let size = 0, index = 0; size < length; index += 1) {
    const piece = crypto.createHash('sha256').update(`${seed}:${index}`).digest()
    pieces.push(piece)
    size += piece.length
  }
  return Buffer.concat(pieces).subarray(0, length)
}

function digest(bytes) {
  return `sha256:${crypto.createHash('sha256').update(bytes).digest('hex')}`
}
