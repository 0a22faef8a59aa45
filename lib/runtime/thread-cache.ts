import type { CacheBudget, EvictableCache } from '../state/state-store.ts'

/** The record caches of all tasks under one budget (Java: `ThreadCache`). What grows beyond it is paid back by the largest cache. */
export class ThreadCache implements CacheBudget {
  readonly maxBytes: number
  readonly #caches = new Set<EvictableCache>()
  #bytes = 0

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes
  }

  charge(bytes: number): void {
    this.#bytes += bytes
    if (bytes > 0 && this.#bytes > this.maxBytes) this.#evict()
  }

  register(cache: EvictableCache): void {
    this.#caches.add(cache)
  }

  unregister(cache: EvictableCache): void {
    this.#caches.delete(cache)
  }

  #evict(): void {
    let largest: EvictableCache | undefined
    for (const cache of this.#caches) if (largest === undefined || cache.bytes > largest.bytes) largest = cache
    largest?.evict(this.#bytes - this.maxBytes)
  }
}
