/** Sorted keys, and their values at the same indexes. A chunk in an index never changes, so that an index is a snapshot. */
interface Chunk<V> {
  readonly keys: readonly string[]
  readonly values: readonly V[]
}

/** The bounds of a scan. `from` is included, `to` is excluded. An absent bound is open. */
export interface OrderedRange {
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly reverse?: boolean | undefined
}

const chunkSize = 256

/** A scan of a few rows looks through at most this number of changed keys. More changed keys are merged into the index. */
const lookedThrough = 64

/** The largest number of unchanged rows in a scan of a few rows. */
const few = 32

/**
 * A map whose scans are ordered snapshots. Point reads and writes cost as much as those of a `Map`. The first scan sorts the keys into
 * an index of immutable chunks. From then on, writes note the changed keys, and the next scan merges the changed keys into the index. If
 * few keys have changed, the merge replaces only the chunks of these keys. Without changed keys, a scan uses the index as it is. A
 * scan of a few rows, such as the windows of one key, does not merge: the scan copies its rows from the index and from the changes.
 */
export class OrderedMap<V> {
  readonly #rows = new Map<string, V>()
  #index: readonly Chunk<V>[] | undefined
  readonly #changed = new Set<string>()

  get size(): number {
    return this.#rows.size
  }

  get(key: string): V | undefined {
    return this.#rows.get(key)
  }

  has(key: string): boolean {
    return this.#rows.has(key)
  }

  set(key: string, value: V): void {
    this.#rows.set(key, value)
    if (this.#index !== undefined) this.#changed.add(key)
  }

  delete(key: string): void {
    if (this.#rows.delete(key) && this.#index !== undefined) this.#changed.add(key)
  }

  clear(): void {
    this.#rows.clear()
    this.#forgetOrder()
  }

  /** The rows in the order of insertion. This is not a snapshot: the iterator also returns later writes. */
  entries(): IterableIterator<[string, V]> {
    return this.#rows.entries()
  }

  /** The rows between the bounds as of the call, ordered by key. The iterator does not return later writes. */
  scan({ from, to, reverse }: OrderedRange = {}): IterableIterator<[string, V]> {
    const rows = from === undefined || to === undefined ? undefined : this.#few(from, to)
    if (rows !== undefined) return (reverse === true ? rows.reverse() : rows).values()
    const index = this.#sorted()
    return reverse === true ? backward(index, from, to) : forward(index, from, to)
  }

  #forgetOrder(): void {
    this.#index = undefined
    this.#changed.clear()
  }

  /** The rows between the bounds, ordered by key. Undefined if a scan of the index is cheaper. */
  #few(from: string, to: string): [string, V][] | undefined {
    const changes = this.#changed.size
    if (this.#index === undefined || changes === 0 || changes > lookedThrough) return undefined
    const rows: [string, V][] = []
    for (const row of forward(this.#index, from, to)) {
      if (rows.length === few) return undefined
      if (!this.#changed.has(row[0])) rows.push(row)
    }
    for (const key of this.#changed) if (key >= from && key < to && this.#rows.has(key)) rows.push([key, this.#rows.get(key)!])
    return rows.sort(byKey)
  }

  #sorted(): readonly Chunk<V>[] {
    const changes = this.#changed.size
    if (this.#index !== undefined && changes === 0) return this.#index
    const index = this.#index === undefined || changes > this.#rows.size / 4 ? this.#build() : this.#applied(this.#index)
    this.#index = index
    this.#changed.clear()
    return index
  }

  #build(): Chunk<V>[] {
    const keys = [...this.#rows.keys()].sort()
    return divided({ keys, values: keys.map((key) => this.#rows.get(key)!) })
  }

  /** The index after the changes. The new index shares the chunks without changes with the old index. */
  #applied(index: readonly Chunk<V>[]): Chunk<V>[] {
    const changed = [...this.#changed].sort()
    const result: Chunk<V>[] = []
    let at = 0
    for (let chunk = 0; chunk < index.length; chunk++) {
      const end = chunk + 1 < index.length ? changedBefore(changed, at, index[chunk + 1]!.keys[0]!) : changed.length
      if (end === at) result.push(index[chunk]!)
      else result.push(...divided(this.#merged(index[chunk]!, changed, at, end)))
      at = end
    }
    return index.length === 0 ? this.#build() : result
  }

  /** A copy of the chunk after the changes from `from` to `end`. Changed rows are in their places, deleted rows are absent. */
  #merged(chunk: Chunk<V>, changed: readonly string[], from: number, end: number): Chunk<V> {
    const [keys, values]: [string[], V[]] = [[], []]
    let at = 0
    for (let change = from; change < end; change++) {
      const key = changed[change]!
      for (; at < chunk.keys.length && chunk.keys[at]! < key; at++) {
        keys.push(chunk.keys[at]!)
        values.push(chunk.values[at]!)
      }
      if (chunk.keys[at] === key) at++
      if (!this.#rows.has(key)) continue
      keys.push(key)
      values.push(this.#rows.get(key)!)
    }
    return { keys: keys.concat(chunk.keys.slice(at)), values: values.concat(chunk.values.slice(at)) }
  }
}

function byKey([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  return left < right ? -1 : left > right ? 1 : 0
}

/** Splits a chunk into chunks of a size that is cheap to copy. */
function divided<V>(chunk: Chunk<V>): Chunk<V>[] {
  const { keys, values } = chunk
  if (keys.length <= 2 * chunkSize) return keys.length === 0 ? [] : [chunk]
  const chunks: Chunk<V>[] = []
  for (let at = 0; at < keys.length; at += chunkSize)
    chunks.push({ keys: keys.slice(at, at + chunkSize), values: values.slice(at, at + chunkSize) })
  return chunks
}

function changedBefore(changed: readonly string[], from: number, bound: string): number {
  let end = from
  while (end < changed.length && changed[end]! < bound) end++
  return end
}

function* forward<V>(
  index: readonly Chunk<V>[],
  from: string | undefined,
  to: string | undefined,
): Generator<[string, V], undefined> {
  const first = from === undefined ? 0 : chunkOf(index, from)
  for (let chunk = first; chunk < index.length; chunk++) {
    const { keys, values } = index[chunk]!
    for (let at = chunk === first && from !== undefined ? lowerBound(keys, from) : 0; at < keys.length; at++) {
      if (to !== undefined && keys[at]! >= to) return
      yield [keys[at]!, values[at]!]
    }
  }
}

function* backward<V>(
  index: readonly Chunk<V>[],
  from: string | undefined,
  to: string | undefined,
): Generator<[string, V], undefined> {
  const last = to === undefined ? index.length - 1 : chunkOf(index, to)
  for (let chunk = last; chunk >= 0 && chunk < index.length; chunk--) {
    const { keys, values } = index[chunk]!
    for (let at = (chunk === last && to !== undefined ? lowerBound(keys, to) : keys.length) - 1; at >= 0; at--) {
      if (from !== undefined && keys[at]! < from) return
      yield [keys[at]!, values[at]!]
    }
  }
}

/** The index of the last chunk that begins at or before the key; 0 if no chunk does. */
function chunkOf<V>(index: readonly Chunk<V>[], key: string): number {
  let low = 0
  let high = index.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (index[middle]!.keys[0]! <= key) low = middle + 1
    else high = middle
  }
  return Math.max(0, low - 1)
}

/** The index of the first key that is not below the bound; the number of keys if all keys are below. */
function lowerBound(keys: readonly string[], bound: string): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (keys[middle]! < bound) low = middle + 1
    else high = middle
  }
  return low
}
