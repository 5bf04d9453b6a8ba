// Somebody who follows a hold's firehose with the reference client and keeps a copy of its records.
import { Firehose, IdResolver, MemoryCache } from '../network/reference.mjs'

/**
 * Follows from the event behind `cursor`, which moves on with each event that was dealt with, so that whatever
 * happens to the connection nothing may be missing and nothing come twice.
 *
 * The client verifies: it leaves out what the signature of a commit and its proof do not confirm.
 */
export class Follower {
  /** Path to CID and record, as the events so far leave them. */
  records = new Map()
  cursor = 0
  commits = 0
  /** What should not have happened, as sentences. */
  problems = []

  #revision
  #waiting = new Map()
  #firehose

  constructor({ service, plc }) {
    this.service = service
    // With plain fetch, since the reference's own refuses loopback.
    this.resolver = new IdResolver({ plcUrl: plc, fetch: globalThis.fetch, didCache: new MemoryCache() })
  }

  /** Begins to follow, with a client that knows nothing but the cursor. */
  start() {
    this.#firehose = new Firehose({
      service: this.service,
      idResolver: this.resolver,
      getCursor: () => this.cursor,
      handleEvent: (event) => this.#take(event),
      onError: (error) => this.problems.push(`${error.message}: ${error.cause?.message ?? error.cause}`),
      // A handle is a host without a port, and on loopback nobody finds that.
      unauthenticatedHandles: true,
      maxReconnectSeconds: 1,
    })
    this.#firehose.start()
  }

  /** Ends when the event at hand has been dealt with. */
  async stop() {
    await this.#firehose.destroy()
  }

  /** Waits for the commit of this revision. */
  reached(revision) {
    if (this.#revision >= revision) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.set(revision, resolve))
  }

  // One call for each operation: those of one commit have one place and one revision.
  #take(event) {
    const { seq, rev } = event
    const isNext = seq === this.cursor + 1
    if (seq !== this.cursor && !isNext) this.problems.push(`event ${seq} came after ${this.cursor}`)
    this.cursor = seq
    if (event.event === 'sync' && rev !== this.#revision) {
      this.problems.push(`${seq}: the repo stands at ${rev}, and its last commit was ${this.#revision}`)
    }
    if (!['create', 'update', 'delete'].includes(event.event)) return
    if (isNext) this.#begin(seq, rev)
    this.#apply(event, `${event.collection}/${event.rkey}`)
  }

  #begin(seq, rev) {
    this.commits++
    if (this.#revision >= rev) this.problems.push(`${seq}: revision ${rev} came after ${this.#revision}`)
    this.#revision = rev
    this.#waiting.get(rev)?.()
  }

  #apply({ event, seq, cid, record }, path) {
    const wasThere = this.records.has(path)
    if (wasThere === (event === 'create')) {
      this.problems.push(`${seq}: ${event} of ${path}, which is ${wasThere ? 'there' : 'not there'}`)
    }
    if (event === 'delete') this.records.delete(path)
    else this.records.set(path, { cid: cid.toString(), value: record })
  }
}
