import type { ChangeFeed, LoggedChange } from './change-feed.ts'
import { deadLetterOf } from './dead-letter.ts'
import { acknowledgedHeader, header, parsePosition, positionHeader, toRecords, topicOf } from './envelope.ts'
import type { EnvelopeOptions, Position, RawRecord } from './envelope.ts'

/** Where raw records go: the raw topic of the table, and the topic of its dead letters. */
export interface RawTopics {
  /** For each partition its last record; null where it is empty. */
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
  /** Is told of each change that became a dead letter. */
  readonly onDeadLetter: (change: LoggedChange, error: Error) => void
  /** Is told of the newest of the changes that are acknowledged now. Default: nobody is. */
  readonly onSent?: (newest: LoggedChange) => void
}

/** The raw topics have a position that the database cannot have given. */
class ForeignPositionError extends Error {
  override readonly name = 'ForeignPositionError'
}

const batchChanges = 500

type Positions = ReadonlyMap<string, Position | null>

/**
 * Follows the changes of a table into its raw topic. The position is nowhere but in the topics: each record carries its own, and the
 * last record of a partition says what the partition has. So a kill at any moment neither loses a change nor repeats one.
 */
export class Source {
  readonly #feed: ChangeFeed
  readonly #topics: RawTopics
  readonly #options: SourceOptions
  readonly #stopping = new AbortController()
  #running: Promise<void> = Promise.resolve()
  /** True once the changes are newer than what the topics had at the start: all that follow are missing there. */
  #isPast = false
  #wake: () => void = () => {}

  constructor(feed: ChangeFeed, topics: RawTopics, options: SourceOptions) {
    this.#feed = feed
    this.#topics = topics
    this.#options = options
  }

  /** Resolves when the position is known, or rejects; afterwards `done` tells of errors. */
  async start(): Promise<void> {
    const last = await this.#topics.lastRecords()
    const positions = new Map(last.map(({ partition, headers }) => [partition, headers === null ? null : positionIn(headers)]))
    const known = [...positions.values()].filter((position) => position !== null)
    await this.#refuseForeign(known)
    const begin = known.length === 0 ? await this.#feed.snapshot() : this.#acknowledgedIn(last)
    this.#running = this.#follow(positions, begin)
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

  /** Whatever is behind `begin` and a partition lacks is sent. */
  async #follow(positions: Positions, begin: string | null): Promise<void> {
    let last = begin
    while (!this.#stopping.signal.aborted) {
      const changes = await this.#feed.after(last, batchChanges)
      if (changes.length === 0) await this.#pause()
      else last = await this.#sendAll(changes, positions, last)
    }
  }

  async #sendAll(changes: readonly LoggedChange[], positions: Positions, acknowledged: string | null): Promise<string> {
    const more = acknowledged === null ? [] : [header(acknowledgedHeader, acknowledged)]
    const records = changes
      .flatMap((change) => this.#recordsOf(change))
      .map((record) => ({ ...record, headers: [...record.headers, ...more] }))
    await this.#topics.send(this.#isPast ? records : records.filter((record) => this.#isMissing(record, positions)))
    const last = changes.at(-1)!.position
    await this.#feed.acknowledge(last)
    this.#options.onSent?.(changes.at(-1)!)
    this.#isPast ||= [...positions.values()].every((known) => known === null || this.#feed.compare(last, known.position)! > 0)
    return last
  }

  /** A row that cannot be written must not stop those behind it. */
  #recordsOf(change: LoggedChange): readonly RawRecord[] {
    try {
      return toRecords(change, this.#options)
    } catch (error) {
      this.#options.onDeadLetter(change, error as Error)
      return [deadLetterOf(change, this.#options, error as Error)]
    }
  }

  /** The newest place up to which no partition lacks anything. Null: a source that did not tell has written the records. */
  #acknowledgedIn(last: readonly LastRecord[]): string | null {
    const all = last.flatMap(({ headers }) => (headers === null ? [] : (textIn(headers, acknowledgedHeader) ?? [])))
    return all.toSorted((left, right) => this.#feed.compare(left, right) ?? 0).at(-1) ?? null
  }

  /** Positions of another database say nothing of this one, and rows that this one does not have would stay for ever. */
  async #refuseForeign(known: readonly Position[]): Promise<void> {
    for (const { position } of known) {
      const origin = await this.#feed.originOf(position)
      if (origin === 'own') continue
      const why = origin === 'ahead' ? 'ahead of the database, which is an older copy' : 'of another database'
      throw new ForeignPositionError(
        `The topic ${topicOf(this.#options)} has changes ${why} (position ${position}). ` +
          `Use the directory of that database, or delete the pipeline's topics (raw.*, ingestion.*, custom.*) and start again.`,
      )
    }
  }

  #isMissing(record: RawRecord, positions: Positions): boolean {
    const position = positions.get(this.#topics.partitionOf(record))
    return position == null || this.#compare(positionIn(record.headers)!, position) > 0
  }

  #compare(left: Position, right: Position): number {
    return this.#feed.compare(left.position, right.position) || left.index - right.index
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
  const text = textIn(headers, positionHeader)
  return text === undefined ? null : parsePosition(text)
}

function textIn(headers: RawRecord['headers'], name: string): string | undefined {
  const found = headers.findLast(({ key }) => key === name)
  return found === undefined ? undefined : Buffer.from(found.value).toString()
}
