import type { Lane, Trace, TraceHop } from '../../contracts/feed.ts'
import { RecentMap } from '../../feed/recent-map.ts'
import type { Passage } from './passages.ts'

const tracesPerSecondMax = 20
const followedMax = 200
const waysKept = 5000

interface Way {
  readonly lane: Lane
  readonly id: number
  cause: Trace['cause']
  passages: Passage[]
  sentCount: number
}

/**
 * The ways of single transfers and users. Of the newest all are known, for whoever selects one; sent are those of ids with
 * `id % 2^k = 0`, with k so that they are at most 20 a second, and those that are followed by name.
 */
export class TraceBook {
  readonly #clock: string
  readonly #ways = new RecentMap<string, Way>(waysKept)
  /** The ways that have grown since they were last looked through. */
  #grown = new Set<Way>()
  readonly #followed = new Map<number, 'own' | 'selected'>()
  #k = 0
  #created = 0
  #sinceMs: number

  constructor(clock: string, nowMs: number) {
    this.#clock = clock
    this.#sinceMs = nowMs
  }

  /** Sends this transfer's way from now on, and gives what is known of it. */
  follow(id: number, why: 'own' | 'selected'): Trace {
    if (this.#followed.get(id) !== 'own') this.#followed.set(id, why)
    if (this.#followed.size > followedMax) this.#followed.delete(this.#followed.keys().next().value!)
    const way = this.#ways.get(`transfer ${id}`)
    if (way === undefined) return this.#trace({ lane: 'transfer', id, cause: null, passages: [], sentCount: 0 })
    this.#grown.add(way)
    return this.#trace(way)
  }

  add(passage: Passage): void {
    const key = `${passage.lane} ${passage.id}`
    if (passage.station === 'sql' && passage.lane === 'transfer') this.#created++
    const way = this.#ways.get(key) ?? this.#open(key, passage)
    if (way.cause !== passage.cause && passage.station !== 'document')
      Object.assign(way, { cause: passage.cause, passages: [], sentCount: 0 })
    way.passages.push(passage)
    this.#grown.add(way)
  }

  /** The ways that are sent and have grown. */
  take(nowMs: number): Trace[] {
    this.#adapt(nowMs)
    const grown = this.#grown
    this.#grown = new Set()
    return [...grown]
      .filter((way) => way.passages.length > way.sentCount && this.#isSent(way))
      .map((way) => {
        way.sentCount = way.passages.length
        return this.#trace(way)
      })
  }

  #adapt(nowMs: number): void {
    if (nowMs - this.#sinceMs < 1000) return
    const perSecond = (this.#created * 1000) / (nowMs - this.#sinceMs)
    this.#k = Math.max(0, Math.ceil(Math.log2(perSecond / tracesPerSecondMax)))
    ;[this.#created, this.#sinceMs] = [0, nowMs]
  }

  #isSent({ lane, id }: Way): boolean {
    return id % 2 ** this.#k === 0 || (lane === 'transfer' && this.#followed.has(id))
  }

  #open(key: string, { lane, id, cause }: Passage): Way {
    const way: Way = { lane, id, cause, passages: [], sentCount: 0 }
    this.#ways.add(key, way)
    return way
  }

  #trace({ lane, id, cause, passages }: Way): Trace {
    const why = (lane === 'transfer' ? this.#followed.get(id) : undefined) ?? 'sampled'
    const hops = passages.map(({ station, topic, seen, excerpt }): TraceHop => ({ ...excerpt(), station, topic, seen }))
    return { clock: this.#clock, lane, id, cause, k: this.#k, why, hops }
  }
}
