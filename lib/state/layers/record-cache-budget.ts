import type { CacheBudget, EvictableCache } from '../state-store.ts'

/**
 * The cache budget of a stream thread: `statestore.cache.max.bytes` divided by the number of threads (Java: `ThreadCache`). The rows that
 * stores keep in memory although storage has them have another one of these.
 */
export class RecordCacheBudget implements CacheBudget {
  readonly maxBytes: number
  readonly #caches = new Set<EvictableCache>()
  #bytes = 0

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  register(cache: EvictableCache): void {
    this.#caches.add(cache)
  }

  unregister(cache: EvictableCache): void {
    if (this.#caches.delete(cache)) this.#bytes -= cache.bytes
  }

  /**
   * Adds `bytes` to the total. If the total exceeds the budget, the cache that grew evicts entries. As in Java, the other caches evict
   * nothing: an eviction emits records, and another task must not emit records while this task processes one. The cache tries to bring
   * the total down to nine tenths of the budget, so that the next put need not evict again.
   */
  charge(bytes: number, by: EvictableCache): void {
    this.#bytes += bytes
    if (bytes > 0 && this.#bytes > this.maxBytes) by.evict(this.#bytes - Math.floor(this.maxBytes * 0.9))
  }
}
