import type { ChangeFeed, LoggedChange } from './change-feed.ts'
import { deadLetterOf } from './dead-letter.ts'
import { parsePosition, positionHeader, toRecords, topicOf } from './envelope.ts'
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
    const positions = await this.#readPositions()
    const known = [...positions.values()].filter((position) => position !== null)
    await this.#refuseForeign(known)
    if (known.length === 0) await this.#feed.snapshot()
    this.#running = this.#follow(
      positions,
      oldest(known, positions.size, (left, right) => this.#compare(left, right)),
    )
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

  async #follow(positions: Positions, start: Position | null): Promise<void> {
    let changes = await this.#feed.from(start?.position ?? null, batchChanges)
    let last = start?.position
    while (!this.#stopping.signal.aborted) {
      if (changes.length === 0) await this.#pause()
      else last = await this.#sendAll(changes, positions)
      changes = last === undefined ? await this.#feed.from(null, batchChanges) : await this.#feed.after(last, batchChanges)
    }
  }

  async #sendAll(changes: readonly LoggedChange[], positions: Positions): Promise<string> {
    const records = changes.flatMap((change) => this.#recordsOf(change))
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

  async #readPositions(): Promise<Positions> {
    const last = await this.#topics.lastRecords()
    return new Map(last.map(({ partition, headers }) => [partition, headers === null ? null : positionIn(headers)]))
  }

  /** Positions of another database say nothing of this one, and rows that this one does not have would stay for ever. */
  async #refuseForeign(known: readonly Position[]): Promise<void> {
    const newest = await this.#feed.newest()
    for (const { position } of known) {
      const order = newest === null ? undefined : this.#feed.compare(newest, position)
      if (order !== undefined && order >= 0) continue
      const why = order === undefined ? 'of another database' : 'ahead of the database, which is an older copy'
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

/** Where to begin: an empty partition may lack everything that is still there. */
function oldest(
  known: readonly Position[],
  partitions: number,
  compare: (left: Position, right: Position) => number,
): Position | null {
  return known.length < partitions ? null : known.toSorted(compare)[0]!
}

function positionIn(headers: RawRecord['headers']): Position | null {
  const found = headers.findLast(({ key }) => key === positionHeader)
  return found === undefined ? null : parsePosition(Buffer.from(found.value).toString())
}
