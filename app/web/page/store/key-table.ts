import { wideHash } from './hash.ts'

/**
 * Idempotency keys and the id that each stands for: open addressing over two arrays of numbers, 16 bytes a slot, because half a million
 * keys as strings of a `Map` would take what the whole page may use.
 */
export class KeyTable {
  #hashes = new Float64Array(2_048).fill(-1)
  #ids = new Float64Array(2_048)
  #count = 0

  /** Notes the id, and gives the one that the key stood for before, or null. */
  put(key: string, id: number): number | null {
    if (this.#count * 2 >= this.#hashes.length) this.#grow()
    const hash = wideHash(key)
    const slot = this.#slot(hash)
    const before = this.#hashes[slot] === hash ? this.#ids[slot]! : null
    if (before === null) this.#count++
    this.#hashes[slot] = hash
    this.#ids[slot] = id
    return before
  }

  clear(): void {
    this.#hashes = new Float64Array(2_048).fill(-1)
    this.#ids = new Float64Array(2_048)
    this.#count = 0
  }

  #slot(hash: number): number {
    const mask = this.#hashes.length - 1
    let slot = hash % this.#hashes.length
    while (this.#hashes[slot] !== -1 && this.#hashes[slot] !== hash) slot = (slot + 1) & mask
    return slot
  }

  #grow(): void {
    const hashes = this.#hashes
    const ids = this.#ids
    this.#hashes = new Float64Array(2 * hashes.length).fill(-1)
    this.#ids = new Float64Array(2 * hashes.length)
    for (let old = 0; old < hashes.length; old++) {
      const hash = hashes[old]!
      if (hash === -1) continue
      const slot = this.#slot(hash)
      this.#hashes[slot] = hash
      this.#ids[slot] = ids[old]!
    }
  }
}
