import { noHeaders, type Headers } from '../../model/headers.ts'
import type { RecordContext, SourceBytes } from '../../model/record-context.ts'

const firstLength = 64

/**
 * The updates of a cache that wait for a flush, in the order in which they came: of each the row, and the record that made it. They are
 * columns: an object for each would live as long as the update waits, and cost a collection of the old objects.
 */
export class DirtyEntries {
  #rows = new Int32Array(firstLength)
  #partitions = new Int32Array(firstLength)
  #offsets = new Float64Array(firstLength)
  #timestamps = new Float64Array(firstLength)
  /** Whether an update deletes a value that was never emitted. */
  #deletes = new Uint8Array(firstLength)
  /** What few records have, or all have in common. */
  #topics: (string | null)[] = []
  #lastTopic: string | null | undefined
  #topicsFrom: number[] = []
  readonly #headers = new Map<number, Headers>()
  readonly #sources = new Map<number, SourceBytes>()
  #length = 0
  #count = 0

  /** How many places there are, gaps included. */
  get length(): number {
    return this.#length
  }

  /** How many updates wait. */
  get count(): number {
    return this.#count
  }

  /** Adds an update at the end. Returns its place. */
  push(row: number, { topic, partition, offset, timestamp, headers, source }: RecordContext, deletesUnemitted: boolean): number {
    const place = this.#length++
    if (place === this.#rows.length) this.#double()
    this.#rows[place] = row
    this.#partitions[place] = partition
    this.#offsets[place] = offset
    this.#timestamps[place] = timestamp
    this.#deletes[place] = deletesUnemitted ? 1 : 0
    if (topic !== this.#lastTopic) this.#newTopic(topic, place)
    if (headers.length > 0) this.#headers.set(place, headers)
    if (source !== undefined) this.#sources.set(place, source)
    this.#count++
    return place
  }

  /** Removes an update, which leaves a gap. */
  remove(place: number): void {
    this.#rows[place] = 0
    this.#count--
    if (this.#headers.size > 0) this.#headers.delete(place)
    if (this.#sources.size > 0) this.#sources.delete(place)
  }

  /**
   * Closes the gaps: all updates keep their order, and get the first places. `moved` is told the new place of each row. Nothing is made for it:
   * an entry of a cache that is written again and again leaves a gap each time.
   */
  compact(moved: (row: number, place: number) => void): void {
    const length = this.#length
    const [topics, topicsFrom] = [this.#topics, this.#topicsFrom]
    this.#forgetTopics()
    this.#length = 0
    for (let from = 0, topic = 0; from < length; from++) {
      while (topicsFrom[topic + 1] === from) topic++
      const row = this.#rows[from]!
      if (row === 0) continue
      this.#move(from, this.#length, topics[topic]!)
      moved(row, this.#length++)
    }
  }

  /** The row of an update; 0: it was removed. */
  row(place: number): number {
    return this.#rows[place]!
  }

  deletesUnemitted(place: number): boolean {
    return this.#deletes[place] === 1
  }

  context(place: number): RecordContext {
    const context: RecordContext = {
      topic: this.#topicOf(place),
      partition: this.#partitions[place]!,
      offset: this.#offsets[place]!,
      timestamp: this.#timestamps[place]!,
      headers: this.#headers.get(place) ?? noHeaders,
    }
    const source = this.#sources.get(place)
    return source === undefined ? context : { ...context, source }
  }

  #move(from: number, place: number, topic: string | null): void {
    if (topic !== this.#lastTopic) this.#newTopic(topic, place)
    if (from === place) return
    this.#rows[place] = this.#rows[from]!
    this.#partitions[place] = this.#partitions[from]!
    this.#offsets[place] = this.#offsets[from]!
    this.#timestamps[place] = this.#timestamps[from]!
    this.#deletes[place] = this.#deletes[from]!
    moveEntry(this.#headers, from, place)
    moveEntry(this.#sources, from, place)
  }

  #forgetTopics(): void {
    this.#lastTopic = undefined
    this.#topics = []
    this.#topicsFrom = []
  }

  /** The records of a topic follow each other, so that the places where another one begins are few. */
  #newTopic(topic: string | null, place: number): void {
    this.#lastTopic = topic
    this.#topics.push(topic)
    this.#topicsFrom.push(place)
  }

  #topicOf(place: number): string | null {
    let [low, high] = [0, this.#topicsFrom.length]
    while (high - low > 1) {
      const middle = (low + high) >>> 1
      if (this.#topicsFrom[middle]! <= place) low = middle
      else high = middle
    }
    return this.#topics[low]!
  }

  #double(): void {
    this.#rows = doubled(this.#rows, Int32Array)
    this.#partitions = doubled(this.#partitions, Int32Array)
    this.#offsets = doubled(this.#offsets, Float64Array)
    this.#timestamps = doubled(this.#timestamps, Float64Array)
    this.#deletes = doubled(this.#deletes, Uint8Array)
  }
}

function moveEntry<T>(entries: Map<number, T>, from: number, to: number): void {
  const entry = entries.size === 0 ? undefined : entries.get(from)
  if (entry === undefined) return
  entries.delete(from)
  entries.set(to, entry)
}

interface Column {
  readonly length: number
  set(from: ArrayLike<number>): void
}

function doubled<C extends Column & ArrayLike<number>>(column: C, Kind: new (length: number) => C): C {
  const target = new Kind(2 * column.length)
  target.set(column)
  return target
}
