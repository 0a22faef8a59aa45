import type { StorageEnvironment, StorageWrite } from '../../storage/storage.ts'
import { MemoryRows } from '../key-value/memory-rows.ts'
import type { RowFormat } from '../key-value/row-codec.ts'
import { WriteBuffer } from '../layers/write-buffer.ts'

/** The rows whose times are in one span: the starts of windows, the ends of sessions, or the ends of versions. */
export interface Segment {
  readonly id: number
  readonly rows: MemoryRows | WriteBuffer
  /** The same rows by their time keys. They are a copy, and no index into `rows`, so that a scan shows the rows as of its call. */
  readonly byTime: MemoryRows | WriteBuffer | undefined
}

/** Where segments keep their rows. Absent for stores in memory. */
export interface SegmentStorage {
  readonly environment: StorageEnvironment
  readonly store: string
  readonly format: RowFormat
}

/** The longest span of a segment. A store that keeps windows for ever has all of them in one segment. */
const longestIntervalMs = 2 ** 50

const copySuffix = '/by-time'

/**
 * The segments of a store. On disk a segment is a table, so that expiry drops tables instead of deleting rows. An expired segment is not
 * read any more. Its table is dropped after the checkpoint that follows the commit: a crash before that brings the segment back, together
 * with the stream time that it belongs to.
 */
export class WindowSegments {
  readonly intervalMs: number
  readonly #storage: SegmentStorage | undefined
  readonly #copy: 'by-time' | 'none'
  #live: Segment[] = []
  #expired: Segment[] = []
  #doomed: Segment[] = []

  /** `copy`: whether segments also keep their rows in the order of time. */
  constructor(intervalMs: number, storage: SegmentStorage | undefined, copy: 'by-time' | 'none' = 'none') {
    this.intervalMs = Math.min(intervalMs, longestIntervalMs)
    this.#storage = storage
    this.#copy = copy
    for (const id of this.#storedIds()) this.#live.push(this.#open(id))
  }

  get dirtyBytes(): number {
    let bytes = 0
    for (const { rows, byTime } of this.#live) bytes += rows.dirtyBytes + (byTime?.dirtyBytes ?? 0)
    return bytes
  }

  get heldBytes(): number {
    return this.#all().reduce((bytes, rows) => bytes + rows.heldBytes, 0)
  }

  idOf(startMs: number): number {
    return Math.floor(startMs / this.intervalMs)
  }

  find(startMs: number): Segment | undefined {
    const id = this.idOf(startMs)
    return this.#live.findLast((segment) => segment.id === id)
  }

  create(startMs: number): Segment {
    const found = this.find(startMs)
    if (found !== undefined) return found
    const segment = this.#open(this.idOf(startMs))
    this.#live.push(segment)
    this.#live.sort((left, right) => left.id - right.id)
    return segment
  }

  /** The segments that may hold starts in the range, the oldest first. */
  between(fromMs: number, toMs: number): Segment[] {
    const from = this.idOf(fromMs)
    const to = this.idOf(toMs)
    return this.#live.filter(({ id }) => id >= from && id <= to)
  }

  expireBefore(id: number): void {
    if (this.#live.length === 0 || this.#live[0]!.id >= id) return
    this.#expired.push(...this.#live.filter((segment) => segment.id < id))
    this.#live = this.#live.filter((segment) => segment.id >= id)
  }

  commit(): void {
    for (const { rows, byTime } of this.#live) {
      rows.commit()
      byTime?.commit()
    }
    this.#doomed.push(...this.#expired)
    this.#expired = []
  }

  checkpoint(writes: StorageWrite[]): void {
    for (const rows of this.#all()) rows.checkpoint(writes)
  }

  checkpointed(): void {
    for (const rows of this.#all()) rows.checkpointed()
    if (this.#doomed.length === 0) return
    this.#storage?.environment.drop(this.#doomed.flatMap(({ id }) => this.#tableNames(id)))
    this.#doomed = []
  }

  #all(): (MemoryRows | WriteBuffer)[] {
    return [...this.#live, ...this.#expired].flatMap(({ rows, byTime }) => (byTime === undefined ? [rows] : [rows, byTime]))
  }

  #open(id: number): Segment {
    const [rows, byTime] = this.#tableNames(id).map((name) => this.#openRows(name))
    return { id, rows: rows!, byTime }
  }

  #openRows(table: string): MemoryRows | WriteBuffer {
    const storage = this.#storage
    return storage === undefined ? new MemoryRows() : new WriteBuffer(storage.environment.table(table), storage.format)
  }

  /** The tables of a segment. No other store has such names, because the name of a store has no slash. */
  #tableNames(id: number): string[] {
    const name = `${this.#storage?.store}/${id * this.intervalMs}`
    return this.#copy === 'none' ? [name] : [name, `${name}${copySuffix}`]
  }

  #storedIds(): number[] {
    if (this.#storage === undefined) return []
    const prefix = `${this.#storage.store}/`
    const tables = this.#storage.environment.tables().filter((name) => name.startsWith(prefix) && !name.endsWith(copySuffix))
    return tables.map((name) => this.idOf(Number(name.slice(prefix.length)))).sort((left, right) => left - right)
  }
}
