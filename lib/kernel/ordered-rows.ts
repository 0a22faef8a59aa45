import { compareKeys, sortRows, type KeyedRows } from './sort-rows.ts'

/** The bounds of a scan. `from` is included, `to` is excluded. An absent bound is open. */
export interface KeyRange {
  readonly from?: Buffer | undefined
  readonly to?: Buffer | undefined
  readonly reverse?: boolean | undefined
}

/** Rows in the order of their keys. A chunk never changes: a list of chunks is a snapshot of the order. */
type Chunks = readonly Int32Array[]

const chunkRows = 256

/** A scan of a few rows looks through at most so many rows that came or went. More are merged into the order. */
const lookedThrough = 64

/** The most rows that a scan of a few rows has. */
const few = 32

/** If more than a quarter of the rows came or went since the last scan, sorting all of them is cheaper than merging. */
const mergedShare = 4

/**
 * The order of a table's rows. The first scan sorts them; tables that are never scanned pay nothing. From then on the rows that come and
 * go are noted, and the next scan merges them into the chunks that they belong to. A write of a row that is there changes no order.
 */
export class OrderedRows {
  readonly #table: KeyedRows
  readonly #forget: (row: number) => void
  #chunks: Chunks | undefined
  #added: number[] = []
  readonly #removed = new Set<number>()

  /** `forget` is called for each row that was removed, when the order does not know it any more. */
  constructor(table: KeyedRows, forget: (row: number) => void) {
    this.#table = table
    this.#forget = forget
  }

  added(row: number): void {
    if (this.#chunks !== undefined) this.#added.push(row)
  }

  /** A row has been removed from the table. Its block stays as it is until `forget` is called for it, perhaps at once. */
  removed(row: number): void {
    if (this.#chunks === undefined) return this.#forget(row)
    this.#removed.add(row)
    if (this.#removed.size > 4 * chunkRows && this.#isStale()) this.#drop()
  }

  /** The rows between the bounds, as of the call. */
  scan({ from, to, reverse }: KeyRange): IterableIterator<number> {
    const rows = from === undefined || to === undefined ? undefined : this.#few(from, to)
    if (rows !== undefined) return (reverse === true ? rows.reverse() : rows).values()
    const chunks = this.#sorted()
    return reverse === true ? this.#backward(chunks, from, to) : this.#forward(chunks, from, to)
  }

  /**
   * The rows between the bounds, if they are few, and few came or went since they were sorted: what a scan of the rows of one prefix needs,
   * between writes. To merge each write into the order would visit all chunks for each. Undefined: the order is to be merged.
   */
  #few(from: Buffer, to: Buffer): number[] | undefined {
    const changes = this.#added.length + this.#removed.size
    if (this.#chunks === undefined || changes === 0 || changes > lookedThrough) return undefined
    const rows: number[] = []
    for (const row of this.#forward(this.#chunks, from, to)) {
      if (rows.length === few) return undefined
      if (!this.#removed.has(row)) rows.push(row)
    }
    for (const row of this.#added)
      if (!this.#removed.has(row) && this.#compare(row, from) >= 0 && this.#compare(row, to) < 0) rows.push(row)
    return rows.sort((left, right) => compareKeys(this.#table, left, right))
  }

  #isStale(): boolean {
    return (this.#added.length + this.#removed.size) * mergedShare > this.#table.count
  }

  /** Forgets the order: the next scan sorts again. */
  #drop(): void {
    this.#chunks = undefined
    this.#added = []
    this.#forgetRemoved()
  }

  #forgetRemoved(): void {
    for (const row of this.#removed) this.#forget(row)
    this.#removed.clear()
  }

  #sorted(): Chunks {
    if (this.#chunks !== undefined && this.#isStale()) this.#drop()
    this.#chunks = this.#chunks === undefined ? divided(this.#sort([...this.#table.rows()])) : this.#merged(this.#chunks)
    this.#added = []
    this.#forgetRemoved()
    return this.#chunks
  }

  #sort(rows: readonly number[]): Int32Array {
    return sortRows(Int32Array.from(rows), this.#table)
  }

  /** The chunks with the rows that came, without those that went. Chunks of which neither is true are shared. */
  #merged(chunks: Chunks): Chunks {
    if (this.#added.length === 0 && this.#removed.size === 0) return chunks
    const added = this.#sort(this.#added.filter((row) => !this.#removed.has(row)))
    const removed = this.#sort([...this.#removed])
    const result: Int32Array[] = []
    let [at, gone] = [0, 0]
    for (const [index, chunk] of chunks.entries()) {
      const next = chunks[index + 1]
      const end = next === undefined ? added.length : this.#before(added, at, next[0]!)
      const goneEnd = next === undefined ? removed.length : this.#before(removed, gone, next[0]!)
      const kept = goneEnd === gone ? chunk : chunk.filter((row) => !this.#removed.has(row))
      result.push(...(end === at ? [kept] : divided(this.#interleaved(kept, added.subarray(at, end)))))
      ;[at, gone] = [end, goneEnd]
    }
    return chunks.length === 0 ? divided(added) : result.filter((chunk) => chunk.length > 0)
  }

  /** Where the sorted rows from `at` on reach a row. */
  #before(rows: Int32Array, at: number, row: number): number {
    let end = at
    while (end < rows.length && compareKeys(this.#table, rows[end]!, row) < 0) end++
    return end
  }

  #interleaved(left: Int32Array, right: Int32Array): Int32Array {
    const result = new Int32Array(left.length + right.length)
    let [from, to] = [0, 0]
    for (let at = 0; at < result.length; at++) {
      const isLeft = to === right.length || (from < left.length && compareKeys(this.#table, left[from]!, right[to]!) < 0)
      result[at] = isLeft ? left[from++]! : right[to++]!
    }
    return result
  }

  *#forward(chunks: Chunks, from: Buffer | undefined, to: Buffer | undefined): Generator<number, undefined> {
    const first = from === undefined ? 0 : this.#chunkOf(chunks, from)
    for (let index = first; index < chunks.length; index++) {
      const chunk = chunks[index]!
      for (let at = index === first && from !== undefined ? this.#lowerBound(chunk, from) : 0; at < chunk.length; at++) {
        if (to !== undefined && this.#compare(chunk[at]!, to) >= 0) return
        yield chunk[at]!
      }
    }
  }

  *#backward(chunks: Chunks, from: Buffer | undefined, to: Buffer | undefined): Generator<number, undefined> {
    const last = to === undefined ? chunks.length - 1 : this.#chunkOf(chunks, to)
    for (let index = last; index >= 0 && index < chunks.length; index--) {
      const chunk = chunks[index]!
      const end = index === last && to !== undefined ? this.#lowerBound(chunk, to) : chunk.length
      for (let at = end - 1; at >= 0; at--) {
        if (from !== undefined && this.#compare(chunk[at]!, from) < 0) return
        yield chunk[at]!
      }
    }
  }

  /** The last chunk that begins at or before the key; 0 if none does. */
  #chunkOf(chunks: Chunks, key: Buffer): number {
    const behind = boundary(chunks.length, (index) => this.#compare(chunks[index]![0]!, key) > 0)
    return Math.max(0, behind - 1)
  }

  /** The place of the first row that is not below the key. */
  #lowerBound(chunk: Int32Array, key: Buffer): number {
    return boundary(chunk.length, (at) => this.#compare(chunk[at]!, key) >= 0)
  }

  #compare(row: number, key: Buffer): number {
    const { bytes } = this.#table
    const at = this.#table.keyAt(row)
    return bytes.compare(key, 0, key.length, at, at + this.#table.keyLength(row))
  }
}

/** The least of these numbers for which the condition holds; `end` if for none. It holds for all numbers behind one for which it holds. */
function boundary(end: number, holds: (at: number) => boolean): number {
  let low = 0
  let high = end
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}

function divided(rows: Int32Array): Int32Array[] {
  if (rows.length <= 2 * chunkRows) return rows.length === 0 ? [] : [rows]
  const chunks: Int32Array[] = []
  for (let at = 0; at < rows.length; at += chunkRows) chunks.push(rows.slice(at, at + chunkRows))
  return chunks
}
