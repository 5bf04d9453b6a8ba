// Follows every link and sends every form that only asks, as somebody with these cookies.

/** More addresses than this with one path differ in their query only, and are not all visited. */
const QUERIES_OF_A_PATH = 12
const AT_ONCE = 4

const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", '#x27': "'" }
const decode = (text) => text.replace(/&(amp|lt|gt|quot|#39|#x27);/g, (_, name) => ENTITIES[name])

/** The attributes of a tag. */
function attributes(tag) {
  const found = tag.matchAll(/\s([\w-]+)(?:="([^"]*)"|=([^\s>]+))?/g)
  return Object.fromEntries([...found].map(([, name, quoted, bare]) => [name, decode(quoted ?? bare ?? '')]))
}

/** Where the links of a page lead. */
function links(html) {
  const tags = html.matchAll(/<(?:a|link|img|script|iframe|source)\b[^>]*>/g)
  return [...tags].map(([tag]) => attributes(tag)).flatMap(({ href, src }) => [href, src].filter(Boolean))
}

/** The addresses that the forms of a page lead to: as they are, with something typed, with each choice made. */
function queries(html, address) {
  return [...html.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)].flatMap(([, head, body]) => {
    const { method = 'get', action = address } = attributes(` ${head}`)
    if (method.toLowerCase() !== 'get') return []
    const fields = [...body.matchAll(/<input\b[^>]*>/g)].map(([tag]) => attributes(tag)).filter(({ name }) => name)
    const asIs = new URLSearchParams()
    const typed = new URLSearchParams()
    for (const { name, type, value = '', checked } of fields) {
      const box = type === 'checkbox' || type === 'radio'
      if (!box || checked !== undefined) asIs.append(name, value)
      typed.append(name, box || type === 'hidden' ? value : value || 'a')
    }
    const choices = [...body.matchAll(/<select\b([^>]*)>(.*?)<\/select>/gs)].flatMap(([, select, options]) => {
      const { name } = attributes(` ${select}`)
      return [...options.matchAll(/<option\b[^>]*>/g)].map(([tag]) => [name, attributes(tag).value ?? ''])
    })
    const chosen = choices.map(([name, value]) => {
      const all = new URLSearchParams(typed)
      for (const [other, first] of choices) if (!all.has(other)) all.set(other, first)
      all.set(name, value)
      return all
    })
    const target = action.split('?')[0]
    return [asIs, ...(chosen.length ? chosen : [typed])].map((query) => `${target}?${query}`)
  })
}

/** One answer, not followed: `{ address, status, location, type, text }`. */
export async function visit(base, address, cookie) {
  const response = await fetch(new URL(address, base), { headers: cookie ? { cookie } : {}, redirect: 'manual' })
  const type = response.headers.get('content-type') ?? ''
  const isText = /text|json|xml|javascript/.test(type)
  const text = isText ? await response.text() : (await response.arrayBuffer(), '')
  return { address, status: response.status, location: response.headers.get('location'), type, text }
}

/** Visits everything that can be reached from `/`. Answers with all answers, each with the page it was found on. */
export async function crawl(base, cookie) {
  const [answers, queue, known, perPath] = [[], [], new Set(), new Map()]
  const add = (link, from) => {
    const url = URL.canParse(link, new URL(from, base)) && new URL(link, new URL(from, base))
    if (!url || url.origin !== new URL(base).origin) return
    const address = url.pathname + url.search
    if (known.has(address)) return
    const variants = perPath.get(url.pathname) ?? 0
    if (variants >= QUERIES_OF_A_PATH) return
    perPath.set(url.pathname, variants + 1)
    known.add(address)
    queue.push({ address, from })
  }
  add('/', '/')
  let atWork = 0
  const work = async () => {
    for (;;) {
      const next = queue.shift()
      if (!next) {
        if (atWork === 0) return
        await new Promise(setImmediate)
        continue
      }
      atWork++
      try {
        const answer = { ...(await visit(base, next.address, cookie)), from: next.from }
        answers.push(answer)
        if (answer.location) add(answer.location, next.address)
        if (!answer.type.startsWith('text/html')) continue
        for (const link of [...links(answer.text), ...queries(answer.text, next.address)]) add(link, next.address)
      } finally {
        atWork--
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return answers
}
