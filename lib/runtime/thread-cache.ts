import type { CacheBudget, EvictableCache } from '../state/state-store.ts'

/** The record caches of all tasks under one budget (Java: `ThreadCache`). The cache that grows beyond it pays, as in Java. */
export class ThreadCache implements CacheBudget {
  readonly maxBytes: number
  readonly #caches = new Set<EvictableCache>()
  #bytes = 0

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes
  }

  charge(bytes: number, by: EvictableCache): void {
    this.#bytes += bytes
    if (bytes > 0 && this.#bytes > this.maxBytes) by.evict(this.#bytes - this.maxBytes)
  }

  register(cache: EvictableCache): void {
    this.#caches.add(cache)
  }

  unregister(cache: EvictableCache): void {
    this.#caches.delete(cache)
  }
}
