// The captain, who changes records of the hold at random, and remembers what the hold acknowledged.
import { randomDigits, randomNumbers } from './random.mjs'

const CREW = 'io.atcr.hold.crew'
const POST = 'app.bsky.feed.post'
const PROFILE = 'app.bsky.actor.profile'
/** How many writes are under way at a time, each to records of its own. */
const LANES = 4

export class Writer {
  /** Path to CID of every record that was written and not deleted. */
  acknowledged = new Map()
  /** How many commits were acknowledged. */
  commits = 0

  #lanes
  #waiting = []
  #clock = Date.UTC(2025, 0, 1) * 1000

  constructor({ hold, captain, seed = 1 }) {
    Object.assign(this, { hold, captain })
    this.random = randomNumbers(seed)
    this.#lanes = Array.from({ length: LANES }, () => [])
  }

  /** Makes `commits` commits. */
  async write(commits) {
    let begun = 0
    const run = async (lane) => {
      while (begun < commits) {
        begun++
        await this.#change(lane)
        this.commits++
        this.#waiting = this.#waiting.filter(({ until, resolve }) => this.commits < until || resolve())
      }
    }
    await Promise.all(this.#lanes.map(run))
  }

  /** Waits until so many commits were acknowledged. */
  reached(until) {
    if (this.commits >= until) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push({ until, resolve }))
  }

  async #change(lane) {
    const dice = this.random()
    const at = Math.floor(this.random() * lane.length)
    if (lane.length === 0 || dice < 0.35) return this.#put(lane, this.#newMember())
    if (dice < 0.7) return this.#put(lane, this.#newPost())
    if (dice < 0.72 && lane === this.#lanes[0]) return this.#put([], this.#profile())
    if (dice < 0.85) return this.#put([], { ...lane[at], record: this.#changed(lane[at].record) })
    return this.#delete(lane.splice(at, 1)[0])
  }

  #newMember() {
    const member = `did:plc:${randomDigits(this.random, 24)}`
    const permissions = ['blob:read', 'blob:write'].slice(0, 1 + Math.round(this.random()))
    const record = { $type: CREW, member, role: 'member', permissions, addedAt: new Date().toISOString() }
    return { collection: CREW, rkey: member, record }
  }

  #newPost() {
    const record = { $type: POST, text: `Ahoy ${randomDigits(this.random, 8)}`, createdAt: new Date().toISOString() }
    return { collection: POST, rkey: this.#nextKey(), record }
  }

  #profile() {
    const record = { $type: PROFILE, displayName: `The hold ${randomDigits(this.random, 8)}` }
    return { collection: PROFILE, rkey: 'self', record }
  }

  #changed(record) {
    if (record.$type === POST) return { ...record, text: `${record.text}, ${randomDigits(this.random, 4)}` }
    return { ...record, role: `role ${randomDigits(this.random, 8)}` }
  }

  // A TID: microseconds in 53 bits, ten bits of a clock's number, five bits in each digit.
  #nextKey() {
    this.#clock += 1 + Math.floor(this.random() * 1e9)
    let rest = BigInt(this.#clock) << 10n
    let key = ''
    for (let digit = 0; digit < 13; digit++) {
      key = '234567abcdefghijklmnopqrstuvwxyz'[Number(rest & 31n)] + key
      rest >>= 5n
    }
    return key
  }

  async #put(lane, { collection, rkey, record }) {
    const { cid } = await this.#call('putRecord', { collection, rkey, record })
    this.acknowledged.set(`${collection}/${rkey}`, cid)
    lane.push({ collection, rkey, record })
  }

  async #delete({ collection, rkey }) {
    await this.#call('deleteRecord', { collection, rkey })
    this.acknowledged.delete(`${collection}/${rkey}`)
  }

  // Both may be repeated; after a crash nobody knows whether the first one counted.
  async #call(method, input) {
    for (;;) {
      await this.hold.up()
      try {
        return await this.captain.call(this.hold, `com.atproto.repo.${method}`, { repo: this.hold.did, ...input })
      } catch (error) {
        // What fetch throws when there is no answer.
        if (!(error instanceof TypeError)) throw error
      }
    }
  }
}
