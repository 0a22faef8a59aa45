import type { ChangeLog } from '../adapters/sqlite/change-log.ts'
import type { EnvelopeOptions, LoggedChange, RawRecord } from './envelope.ts'
import { positionHeader, toRecords } from './envelope.ts'

/** Where raw records go. */
export interface RawTopics {
  /** For each partition of the raw topics its last record; null where it is empty. */
  lastRecords(): Promise<readonly LastRecord[]>
  partitionOf(record: RawRecord): string
  /** Resolves when all are acknowledged. Within a partition the order is kept. */
  send(records: readonly RawRecord[]): Promise<void>
}

export interface LastRecord {
  /** As `partitionOf` names it. */
  readonly partition: string
  readonly headers: RawRecord['headers'] | null
}

export interface SourceOptions extends EnvelopeOptions {
  readonly pollIntervalMs: number
}

const batchChanges = 500

interface Position {
  readonly seq: number
  readonly index: number
}

/**
 * Follows the log of changes into the raw topics. The position is nowhere but in the raw topics: each record carries its own, and
 * the last record of a partition says what the partition has. So a kill at any moment neither loses a change nor repeats one.
 */
export class Source {
  readonly #log: ChangeLog
  readonly #topics: RawTopics
  readonly #options: SourceOptions
  readonly #stopping = new AbortController()
  #running: Promise<void> = Promise.resolve()
  #wake: () => void = () => {}

  constructor(log: ChangeLog, topics: RawTopics, options: SourceOptions) {
    this.#log = log
    this.#topics = topics
    this.#options = options
  }

  /** Resolves when the position is known, or rejects; afterwards `done` tells of errors. */
  async start(): Promise<void> {
    const positions = await this.#readPositions()
    if ([...positions.values()].every((position) => position === null)) this.#log.snapshot()
    this.#running = this.#follow(positions)
    this.#running.catch(() => {})
  }

  /** Settles when the source ends: rejects if it could not go on. */
  get done(): Promise<void> {
    return this.#running
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#wake()
    await this.#running.catch(() => {})
  }

  async #follow(positions: ReadonlyMap<string, Position | null>): Promise<void> {
    let seq = Math.min(...[...positions.values()].map((position) => (position === null ? 0 : position.seq - 1)))
    while (!this.#stopping.signal.aborted) {
      const changes = this.#log.after(seq, batchChanges)
      if (changes.length === 0) await this.#pause()
      else seq = await this.#sendAll(changes, positions)
    }
  }

  async #sendAll(changes: readonly LoggedChange[], positions: ReadonlyMap<string, Position | null>): Promise<number> {
    const records = changes.flatMap((change) => toRecords(change, this.#options))
    await this.#topics.send(records.filter((record) => isAfter(record, positions.get(this.#topics.partitionOf(record)))))
    const last = changes.at(-1)!.seq
    this.#log.deleteUpTo(last)
    return last
  }

  async #readPositions(): Promise<Map<string, Position | null>> {
    const last = await this.#topics.lastRecords()
    return new Map(last.map(({ partition, headers }) => [partition, headers === null ? null : positionIn(headers)]))
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.#options.pollIntervalMs)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}

function positionIn(headers: RawRecord['headers']): Position | null {
  const found = headers.findLast(({ key }) => key === positionHeader)
  if (found === undefined) return null
  const [seq, index] = Buffer.from(found.value).toString().split(':').map(Number)
  return { seq: seq!, index: index! }
}

function isAfter(record: RawRecord, position: Position | null | undefined): boolean {
  const own = positionIn(record.headers)!
  return (
    position === null ||
    position === undefined ||
    own.seq > position.seq ||
    (own.seq === position.seq && own.index > position.index)
  )
}
