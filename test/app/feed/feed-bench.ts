/** A feed without Kafka, and clients that keep what they get. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Batch, TransferRecord } from '../../../app/contracts/feed.ts'
import type { QueueLimits } from '../../../app/feed/client-queue.ts'
import type { Face } from '../../../app/feed/faces/face.ts'
import { FeedLog } from '../../../app/feed/feed-log.ts'
import type { FeedHistory } from '../../../app/feed/history.ts'
import { ExpiredError } from '../../../app/feed/history.ts'
import { serveFeed } from '../../../app/feed/http/serve-feed.ts'
import type { FeedTopic, Positions } from '../../../app/feed/vector.ts'
import { clip, startOf } from '../../../app/feed/vector.ts'

export const topics: readonly FeedTopic[] = [
  { name: 'enriched', id: 'AAA', partitions: 2 },
  { name: 'users', id: 'BBB', partitions: 1 },
]

/** A transfer from 1 to 2 with the name of 1; null deletes it. `was`: its users before, as the record has them. */
type Change = readonly [id: number, name: string | null, was?: TransferRecord['was']]

/** A topic in memory: the batches that were appended, and how many of their records are gone. */
export class Bench implements FeedHistory {
  readonly log: FeedLog
  readonly #batches: Batch[] = []
  readonly #next = new Map(topics.map(({ name, partitions }) => [name, Array.from({ length: partitions }, () => 0)]))
  expired = false

  constructor(keptBytesMax?: number, of: readonly FeedTopic[] = topics) {
    const start = startOf(of)
    this.log = new FeedLog({ topics: of, start, history: this, ...(keptBytesMax === undefined ? {} : { keptBytesMax }) })
  }

  async *read(from: Positions, to: Positions, signal: AbortSignal): AsyncGenerator<Batch, void, undefined> {
    if (this.expired) throw new ExpiredError('enriched-0 no longer has offset 0.')
    for (const batch of this.#batches.slice()) {
      await new Promise(setImmediate)
      signal.throwIfAborted()
      const left = clip(batch, from)
      if (left !== null && left.ranges.every(({ topic, p, to: end }) => end <= to.get(topic)![p]!)) yield left
    }
  }

  /** Resolves when this many clients follow live. */
  async followed(clients = 1): Promise<void> {
    while (this.log.readerCount < clients) await new Promise((resolve) => setTimeout(resolve, 1))
  }

  /** One batch with a record for each id; null deletes. `holes` offsets without a record follow in partition 0. */
  change(changes: readonly Change[], holes = 0, padding = ''): void {
    const next = this.#next.get('enriched')!
    const before = [...next]
    const records = changes.map(([id, name, was]): TransferRecord => {
      const record = transfer(id, next[id % 2]!++, name, padding)
      return was === undefined ? record : { ...record, was }
    })
    next[0]! += holes
    const ranges = before.flatMap((from, p) =>
      next[p] === from ? [] : [{ topic: 'enriched', p, from, to: next[p]!, holes: p === 0 ? holes : 0 }],
    )
    const batch = { clock: 'test', ranges, records }
    this.#batches.push(batch)
    this.log.append(batch)
  }
}

function transfer(id: number, o: number, name: string | null, padding: string): TransferRecord {
  const at = '2026-11-28T10:00:00.000Z'
  const users = { fromUserId: 1, toUserId: 2, fromUserName: `${name}${padding}`, toUserName: 'Bruno' }
  const value =
    name === null
      ? null
      : {
          id,
          ...users,
          amount: '10.00',
          status: 'PENDING' as const,
          createdAt: at,
          lastUpdatedAt: at,
          enrichment: 'COMPLETE' as const,
        }
  const common = { op: 'c' as const, cause: `bank.transfers:${o}`, ts: 0, seen: 0, bytes: 10, schemaId: 1 }
  return { kind: 'transfer', topic: 'enriched', p: id % 2, o, key: String(id), ...common, value }
}

/** Serves a face of a feed until the test ends. */
export async function serve(
  t: { readonly teardown: (end: () => void) => unknown },
  log: FeedLog,
  face: Face,
  limits?: QueueLimits,
): Promise<string> {
  const server = createServer((request, response) => {
    const at = new URL(request.url!, 'http://test').searchParams.get('at') ?? undefined
    serveFeed({ request: { raw: request }, reply: { raw: response, hijack: () => {} } }, { log, face, at, limits })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

export interface ReceivedEvent {
  readonly type: string
  readonly id: string | undefined
  readonly data: any
}

/** Reads server-sent events. */
export class EventReader {
  readonly #abort = new AbortController()
  readonly events: ReceivedEvent[] = []
  lastId: string | undefined
  /** Whether the first bytes have come. */
  isOpen = false
  readonly done: Promise<void>

  constructor(url: string, headers: Record<string, string> = {}) {
    this.done = this.#read(url, headers)
    this.done.catch(() => {})
  }

  cut(): void {
    this.#abort.abort()
  }

  async until(condition: (events: readonly ReceivedEvent[]) => boolean, timeoutMs = 5000): Promise<void> {
    const end = Date.now() + timeoutMs
    while (!condition(this.events)) {
      if (Date.now() > end) throw new Error(`Not in time; there are ${this.events.length} events.`)
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }

  async #read(url: string, headers: Record<string, string>): Promise<void> {
    const answer = await fetch(url, { headers, signal: this.#abort.signal })
    let text = ''
    for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
      this.isOpen = true
      text += chunk
      const frames = text.split('\n\n')
      text = frames.pop()!
      for (const frame of frames) this.#take(frame)
    }
  }

  #take(frame: string): void {
    const field = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, 'm').exec(frame)?.[1]
    const type = field('event')
    if (type === undefined) return
    const id = field('id')
    this.lastId = id ?? this.lastId
    this.events.push({ type, id, data: JSON.parse(field('data')!) })
  }
}
