// Writes FILE.br and FILE.gz beside every text and WebAssembly file of the built site, and moves the
// list of hashes into it, so that the folder is complete in itself.
//
//   node style/precompress.mjs SITE_FOLDER HASH_FILE
import fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import zlib from 'node:zlib'

const COMPRESSIBLE = new Set(['.css', '.js', '.svg', '.txt', '.wasm', '.webmanifest'])
const HASH_FILE = 'hash.txt'

const brotli = promisify(zlib.brotliCompress)
const gzip = promisify(zlib.gzip)

const [site, hashFile] = process.argv.slice(2)
if (!site || !hashFile) {
  console.error('usage: node style/precompress.mjs SITE_FOLDER HASH_FILE')
  process.exit(2)
}
if (fs.existsSync(hashFile)) fs.copyFileSync(hashFile, path.join(site, HASH_FILE))

const files = fs
  .readdirSync(site, { recursive: true })
  .filter((name) => COMPRESSIBLE.has(path.extname(name)) && name !== HASH_FILE)
  .map((name) => path.join(site, name))
const sizes = await Promise.all(files.map(compress))
const total = (key) => Math.round(sizes.reduce((sum, size) => sum + size[key], 0) / 1000)
console.log(`Compressed ${files.length} files: ${total('plain')} kB, gzip ${total('gzip')} kB, brotli ${total('brotli')} kB`)

async function compress(file) {
  const plain = fs.readFileSync(file)
  const quality = { [zlib.constants.BROTLI_PARAM_QUALITY]: zlib.constants.BROTLI_MAX_QUALITY }
  const small = {
    br: await brotli(plain, { params: { ...quality, [zlib.constants.BROTLI_PARAM_SIZE_HINT]: plain.length } }),
    gz: await gzip(plain, { level: 9 }),
  }
  for (const [suffix, bytes] of Object.entries(small)) {
    // A compressed form that saves nothing would only cost the browser time.
    if (bytes.length < plain.length) fs.writeFileSync(`${file}.${suffix}`, bytes)
    else fs.rmSync(`${file}.${suffix}`, { force: true })
  }
  return { plain: plain.length, gzip: small.gz.length, brotli: small.br.length }
}
