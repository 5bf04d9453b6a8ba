// Pushes a small image, as a registry client does.
import crypto from 'node:crypto'

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'

/** Pushes an image with `layers` layers of random bytes to `<handle>/<path>:latest`. Answers with its layers. */
export async function pushImage(url, { handle, appPassword }, path, layers = 2) {
  const name = `${handle}/${path}`
  const authorization = `Bearer ${await registryToken(url, name, handle, appPassword)}`
  const push = async (type, bytes) => {
    const digest = `sha256:${crypto.createHash('sha256').update(bytes).digest('hex')}`
    const start = await send(`${url}/v2/${name}/blobs/uploads/`, { method: 'POST', headers: { authorization } })
    const end = new URL(start.headers.get('location'), url)
    end.searchParams.set('digest', digest)
    const headers = { authorization, 'content-type': 'application/octet-stream' }
    await send(end, { method: 'PUT', headers, body: bytes })
    return { mediaType: `application/vnd.oci.image.${type}`, digest, size: bytes.length }
  }
  const content = Array.from({ length: layers }, () => crypto.randomBytes(2000))
  const manifest = {
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: await push('config.v1+json', Buffer.from('{}')),
    layers: await Promise.all(content.map((bytes) => push('layer.v1.tar', bytes))),
  }
  await send(`${url}/v2/${name}/manifests/latest`, {
    method: 'PUT',
    headers: { authorization, 'content-type': MANIFEST },
    body: JSON.stringify(manifest),
  })
  return manifest.layers
}

async function registryToken(url, name, handle, appPassword) {
  const { headers } = await fetch(`${url}/v2/`)
  const [, realm, service] = /realm="([^"]+)",service="([^"]+)"/.exec(headers.get('www-authenticate'))
  const scope = `repository:${name}:pull,push`
  const authorization = `Basic ${Buffer.from(`${handle}:${appPassword}`).toString('base64')}`
  const answer = await send(`${realm}?${new URLSearchParams({ service, scope })}`, { headers: { authorization } })
  return (await answer.json()).token
}

async function send(url, options) {
  const response = await fetch(url, options)
  if (!response.ok) throw new Error(`${options.method ?? 'GET'} ${url}: ${response.status} ${await response.text()}`)
  return response
}
