import { crc32 } from 'node:zlib'

/** How the output of a topology is compared. Caches decide how many updates of a key are written, so tables are compared by their last ones. */
export type Comparison =
  | 'every record'
  | 'last value of each key'
  /** The last values that are no deletions, whenever they were. */
  | 'rows that are left'
  /** Of longs. */
  | 'sum of counts that are left'

/** Takes the records of an output topic, and says in a few characters what they are. */
export interface Digest {
  add(key: Uint8Array | null, value: Uint8Array | null, timestamp: number): void
  text(): string
}

export function digestOf(comparison: Comparison): Digest {
  return digests[comparison]()
}

const digests: Readonly<Record<Comparison, () => Digest>> = {
  'every record': () => new RecordsDigest(),
  'last value of each key': () => new TableDigest(),
  'rows that are left': () => new RowsDigest((key, value) => hashOf(key, value, 0)),
  'sum of counts that are left': () => new RowsDigest((_, value) => Number(viewOf(value).readBigInt64BE()), 'in all'),
}

/** The number of records and the sum of their hashes: it does not depend on their order, and counts repeated records. */
class RecordsDigest implements Digest {
  #count = 0
  #sum = 0

  add(key: Uint8Array | null, value: Uint8Array | null, timestamp: number): void {
    this.#count++
    this.#sum = (this.#sum + hashOf(key, value, timestamp)) % sumLimit
  }

  text(): string {
    return `${this.#count} records, ${this.#sum.toString(16)}`
  }
}

/** As `RecordsDigest`, over the last record of each key. Deleted rows count as rows, too. */
class TableDigest implements Digest {
  readonly #last = new Map<string, number>()

  add(key: Uint8Array | null, value: Uint8Array | null, timestamp: number): void {
    const name = key === null ? '' : viewOf(key).toString('latin1')
    this.#last.set(name, hashOf(key, value, timestamp))
  }

  text(): string {
    let sum = 0
    for (const hash of this.#last.values()) sum = (sum + hash) % sumLimit
    return `${this.#last.size} keys, ${sum.toString(16)}`
  }
}

/** A figure of the last value of each key, added up. What was deleted is no row. */
class RowsDigest implements Digest {
  readonly #last = new Map<string, number>()
  readonly #figureOf: (key: Uint8Array | null, value: Uint8Array) => number
  readonly #counted: 'keys' | 'in all'

  constructor(figureOf: (key: Uint8Array | null, value: Uint8Array) => number, counted: 'keys' | 'in all' = 'keys') {
    this.#figureOf = figureOf
    this.#counted = counted
  }

  add(key: Uint8Array | null, value: Uint8Array | null): void {
    const name = key === null ? '' : viewOf(key).toString('latin1')
    if (value === null) this.#last.delete(name)
    else this.#last.set(name, this.#figureOf(key, value))
  }

  text(): string {
    let sum = 0
    for (const figure of this.#last.values()) sum = (sum + figure) % sumLimit
    return this.#counted === 'keys' ? `${this.#last.size} rows, ${sum.toString(16)}` : `${sum} in all`
  }
}

const viewOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

const sumLimit = 2 ** 52

/** 52 bits. A null is another hash than no bytes. */
function hashOf(key: Uint8Array | null, value: Uint8Array | null, timestamp: number): number {
  const low = mixed((key === null ? 0x5bd1e995 : crc32(key)) ^ Math.imul(timestamp % 2 ** 31, 0xc2b2ae35))
  const high = mixed((value === null ? 0x1b873593 : crc32(value)) ^ low)
  return (high & 0xfffff) * 2 ** 32 + (mixed(high ^ low) >>> 0)
}

function mixed(bits: number): number {
  const once = Math.imul(bits ^ (bits >>> 16), 0x21f0aaad)
  const twice = Math.imul(once ^ (once >>> 15), 0x735a2d97)
  return twice ^ (twice >>> 15)
}
