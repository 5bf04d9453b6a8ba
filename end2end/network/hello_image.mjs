// Writes a tiny image as an OCI layout, so that there is something to push without any download.
import crypto from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import zlib from 'node:zlib'

/** Writes the layout into `dir` with the tag `latest`, the same bytes every time. */
export function writeHelloImage(dir) {
  const archive = tar('hello.txt', 'Ahoy! This image came through Longshore.\n')
  const layer = writeBlob(dir, 'application/vnd.oci.image.layer.v1.tar+gzip', zlib.gzipSync(archive))
  const config = writeJson(dir, 'application/vnd.oci.image.config.v1+json', {
    architecture: 'amd64',
    os: 'linux',
    config: {},
    rootfs: { type: 'layers', diff_ids: [digest(archive)] },
  })
  const manifest = writeJson(dir, 'application/vnd.oci.image.manifest.v1+json', {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config,
    layers: [layer],
  })
  const annotations = { 'org.opencontainers.image.ref.name': 'latest' }
  const index = { schemaVersion: 2, manifests: [{ ...manifest, annotations }] }
  fs.writeFileSync(path.join(dir, 'index.json'), JSON.stringify(index))
  fs.writeFileSync(path.join(dir, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }))
}

function writeJson(dir, mediaType, value) {
  return writeBlob(dir, mediaType, Buffer.from(JSON.stringify(value)))
}

function writeBlob(dir, mediaType, bytes) {
  const descriptor = { mediaType, digest: digest(bytes), size: bytes.length }
  const file = path.join(dir, 'blobs', descriptor.digest.replace(':', '/'))
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(file, bytes)
  return descriptor
}

function digest(bytes) {
  return `sha256:${crypto.createHash('sha256').update(bytes).digest('hex')}`
}

// A tar archive of one file: a ustar header, the content padded to 512 bytes, two empty blocks.
function tar(name, content) {
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
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  const body = Buffer.alloc(512 * Math.ceil(content.length / 512))
  body.write(content)
  return Buffer.concat([header, body, Buffer.alloc(1024)])
}
