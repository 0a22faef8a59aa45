import type { StorageEnvironment, StorageWrite } from '../../storage/storage.ts'
import { VersionedTable } from '../../kernel/versioned-table.ts'
import type { ViewFormat } from '../key-value/view-codec.ts'
import type { CacheBudget, EvictableCache } from '../state-store.ts'
import { SegmentRows, type RowPlace, type Transactional } from './segment-rows.ts'

/** The rows whose times are in one span: the starts of windows, the ends of sessions, or the ends of versions. */
export interface Segment<R extends AnyRows = SegmentRows> {
  readonly id: number
  readonly rows: R
  /** The same rows by their time keys. They are a copy, and no index into `rows`, so that a scan shows the rows as of its call. */
  readonly byTime: SegmentRows | undefined
}

type AnyRows = Pick<SegmentRows, keyof SegmentRows>

/** Opens rows whose keys have no order by time. */
export function plainRows(place: RowPlace | undefined, context?: Transactional): SegmentRows {
  return new SegmentRows(() => new VersionedTable(), place, context)
}

/** Where segments keep their rows. Absent for stores in memory. */
export interface SegmentStorage {
  readonly environment: StorageEnvironment
  readonly store: string
  readonly format: ViewFormat
  /** The room in memory for rows that storage has, too. Absent: there is none. */
  readonly kept: CacheBudget | undefined
}

/** The longest span of a segment. A store that keeps windows for ever has all of them in one segment. */
const longestIntervalMs = 2 ** 50

const copySuffix = '/by-time'

/**
 * The segments of a store. On disk a segment is a table, so that expiry drops tables instead of deleting rows. An expired segment is not
 * read any more. Its table is dropped after the checkpoint that follows the commit: a crash before that brings the segment back, together
 * with the stream time that it belongs to. Segments keep their stored rows in memory, too, as long as there is room; the oldest give up first:
 * nearly all reads are of recent times.
 */
export class WindowSegments<R extends AnyRows = SegmentRows> implements EvictableCache {
  readonly intervalMs: number
  readonly #openRows: (place: RowPlace | undefined) => R
  readonly #storage: SegmentStorage | undefined
  readonly #copy: 'by-time' | 'none'
  readonly #context: Transactional
  #live: Segment<R>[] = []
  #expired: Segment<R>[] = []
  #doomed: Segment<R>[] = []
  /** Those whose tables go when the checkpoint is stored that has the stream time of their expiry. */
  #leaving: Segment<R>[] = []
  #keptBytes = 0

  /** `copy`: whether segments also keep their rows in the order of time. */
  constructor(
    intervalMs: number,
    storage: SegmentStorage | undefined,
    openRows: (place: RowPlace | undefined) => R,
    copy: 'by-time' | 'none' = 'none',
    context: Transactional = {},
  ) {
    this.intervalMs = Math.min(intervalMs, longestIntervalMs)
    this.#openRows = openRows
    this.#storage = storage
    this.#copy = copy
    this.#context = context
    storage?.kept?.register(this)
    for (const id of this.#storedIds()) this.#live.push(this.#open(id, 'rows'))
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

  find(startMs: number): Segment<R> | undefined {
    const id = this.idOf(startMs)
    return this.#live.findLast((segment) => segment.id === id)
  }

  create(startMs: number): Segment<R> {
    const found = this.find(startMs)
    if (found !== undefined) return found
    const segment = this.#open(this.idOf(startMs), 'empty')
    this.#live.push(segment)
    this.#live.sort((left, right) => left.id - right.id)
    return segment
  }

  /** The segments that may hold starts in the range, the oldest first. */
  between(fromMs: number, toMs: number): Segment<R>[] {
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

  /** What has expired since the last commit has not. A segment that has come since then stays, without rows. */
  rollBack(): void {
    this.#live = [...this.#expired, ...this.#live].sort((left, right) => left.id - right.id)
    this.#expired = []
    for (const rows of this.#all()) rows.rollBack()
  }

  checkpoint(writes: StorageWrite[]): void {
    for (const slice of this.slices(Infinity)) writes.push(...slice)
  }

  /** How many rows are on their way to storage, at most. */
  get dirtyRows(): number {
    return this.#all().reduce((sum, { dirtyRows }) => sum + dirtyRows, 0)
  }

  /** Begins a checkpoint at once. Its rows come in parts of at most so many. */
  slices(size: number): Generator<StorageWrite[], void> {
    this.#leaving.push(...this.#doomed)
    this.#doomed = []
    return chainedParts(this.#all().map((rows) => rows.slices(size)))
  }

  checkpointed(): void {
    for (const rows of this.#all()) rows.checkpointed()
    this.#keepStored()
    if (this.#leaving.length === 0) return
    this.#storage?.environment.drop(this.#leaving.flatMap(({ id }) => this.#tableNames(id)))
    this.#leaving = []
  }

  /** Of stored rows in memory, as of the last checkpoint. */
  get bytes(): number {
    return this.#keptBytes
  }

  /** Releases rows of about so many bytes. */
  evict(bytes: number): void {
    const least = Math.max(0, this.#keptBytes - bytes)
    for (const rows of this.#all()) if (this.#keptBytes > least) this.#release(rows)
  }

  close(): void {
    this.#storage?.kept?.unregister(this)
  }

  #keepStored(): void {
    if (this.#storage === undefined) return
    if (this.#storage.kept === undefined) return this.#all().forEach((rows) => rows.release())
    const bytes = this.#all().reduce((sum, rows) => sum + keptBytes(rows), 0)
    this.#charge(bytes - this.#keptBytes)
  }

  #release(rows: AnyRows): void {
    const before = keptBytes(rows)
    rows.release()
    this.#charge(keptBytes(rows) - before)
  }

  #charge(bytes: number): void {
    this.#keptBytes += bytes
    this.#storage?.kept?.charge(bytes, this)
  }

  #all(): AnyRows[] {
    return [...this.#live, ...this.#expired].flatMap(({ rows, byTime }) => (byTime === undefined ? [rows] : [rows, byTime]))
  }

  #open(id: number, content: RowPlace['content']): Segment<R> {
    const [rows, byTime] = this.#tableNames(id).map((name) => this.#place(name, content))
    return { id, rows: this.#openRows(rows), byTime: this.#copy === 'none' ? undefined : plainRows(byTime, this.#context) }
  }

  #place(name: string, content: RowPlace['content']): RowPlace | undefined {
    const storage = this.#storage
    return storage && { table: storage.environment.table(name), format: storage.format, content }
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

function* chainedParts(parts: readonly Iterable<StorageWrite[]>[]): Generator<StorageWrite[], void> {
  for (const part of parts) yield* part
}

/** The bytes of rows that storage has. */
function keptBytes({ heldBytes, dirtyBytes }: AnyRows): number {
  return Math.max(0, heldBytes - dirtyBytes)
}
