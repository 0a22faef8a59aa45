import { hash } from './hash.ts'

const seen = 1
const gone = 2
const denseMax = 1 << 24

/** What a record told about its id. */
export interface Sighting {
  /** The id was never here before. */
  readonly isFirst: boolean
  /** The same change of the same row at a new offset: legal at least once. */
  readonly isRepeated: boolean
}

/**
 * Every id that was ever on this page: a byte of flags and hashes of its last two causes, 9 bytes an id. Databases count ids up, so an
 * array is dense; ids that are too large for it are in a map.
 */
export class IdLedger {
  #flags = new Uint8Array(1_024)
  #causes = new Uint32Array(2_048)
  readonly #sparse = new Map<number, { flags: number; causes: [number, number] }>()
  #count = 0
  #live = 0

  /** Ids that were ever here. */
  get count(): number {
    return this.#count
  }

  /** Ids whose last record is no tombstone. */
  get live(): number {
    return this.#live
  }

  clear(): void {
    this.#flags = new Uint8Array(1_024)
    this.#causes = new Uint32Array(2_048)
    this.#sparse.clear()
    this.#count = 0
    this.#live = 0
  }

  has(id: number): boolean {
    return (this.#flagsOf(id) & seen) !== 0
  }

  /** The ids of a state that was loaded: they were here, with causes that nobody knows. */
  addRange(first: number, last: number): void {
    for (let id = first; id <= last; id++) this.#mark(id, null, false)
  }

  see(id: number, cause: string | null, isDeleted: boolean): Sighting {
    return this.#mark(id, cause, isDeleted)
  }

  /** All of them, ascending. */
  *ids(): Generator<number> {
    for (let id = 0; id < this.#flags.length; id++) if (this.#flags[id]! & seen) yield id
    yield* [...this.#sparse.keys()].toSorted((left, right) => left - right)
  }

  #mark(id: number, cause: string | null, isDeleted: boolean): Sighting {
    const before = this.#flagsOf(id)
    const isFirst = (before & seen) === 0
    if (isFirst) this.#count++
    this.#live += Number(!isDeleted) - Number(!isFirst && (before & gone) === 0)
    this.#setFlags(id, seen | (isDeleted ? gone : 0))
    return { isFirst, isRepeated: cause !== null && this.#isKnownCause(id, hash(cause) || 1) }
  }

  #isKnownCause(id: number, cause: number): boolean {
    const causes = this.#sparse.get(id)?.causes ?? this.#causes.subarray(2 * id, 2 * id + 2)
    if (causes[0] === cause || causes[1] === cause) return true
    causes[1] = causes[0]!
    causes[0] = cause
    return false
  }

  #flagsOf(id: number): number {
    return isDense(id) ? (this.#flags[id] ?? 0) : (this.#sparse.get(id)?.flags ?? 0)
  }

  #setFlags(id: number, flags: number): void {
    if (!isDense(id)) return void this.#sparse.set(id, { flags, causes: this.#sparse.get(id)?.causes ?? [0, 0] })
    if (id >= this.#flags.length) this.#grow(id)
    this.#flags[id] = flags
  }

  #grow(id: number): void {
    const length = Math.min(denseMax, Math.max(id + 1, Math.ceil(this.#flags.length * 1.5)))
    const flags = new Uint8Array(length)
    const causes = new Uint32Array(2 * length)
    flags.set(this.#flags)
    causes.set(this.#causes)
    this.#flags = flags
    this.#causes = causes
  }
}

function isDense(id: number): boolean {
  return Number.isInteger(id) && id >= 0 && id < denseMax
}
