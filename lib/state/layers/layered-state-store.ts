import type { StorageWrite } from '../../storage/storage.ts'
import type { BaseLayer } from '../key-value/key-value-rows.ts'
import { storeClosed } from '../store-closed.ts'
import type { StoreSpec } from '../store-spec.ts'

export interface StoreLayers<S extends StoreSpec> {
  readonly spec: S
  /** The record cache, if the store has one. */
  readonly cache?: { flush(): void; clear?(): void; close(): void } | undefined
  /** The lowest layer: it keeps the rows. */
  readonly base: BaseLayer
}

/**
 * A store over layers. Commits and checkpoints go to the lowest layer, flushes to the cache. Each kind adds its own reads and
 * writes.
 */
export abstract class LayeredStateStore<S extends StoreSpec> {
  readonly name: string
  readonly spec: S
  readonly rollBack: (() => void) | undefined
  readonly #cache: StoreLayers<S>['cache']
  readonly #base: BaseLayer
  #isOpen = true

  constructor({ spec, cache, base }: StoreLayers<S>) {
    this.name = spec.name
    this.spec = spec
    this.#cache = cache
    this.#base = base
    const isUndone = base.rollBack !== undefined && (cache === undefined || cache.clear !== undefined)
    this.rollBack = isUndone ? () => this.#rollBack() : undefined
  }

  get dirtyBytes(): number {
    return this.#base.dirtyBytes
  }

  get heldBytes(): number {
    return this.#base.heldBytes
  }

  flush(): void {
    this.#cache?.flush()
  }

  commit(): void {
    this.#base.commit()
  }

  checkpoint(writes: StorageWrite[]): void {
    this.#base.checkpoint(writes)
  }

  checkpointSlices(rows: number, last: StorageWrite[]): Generator<StorageWrite[], void> | undefined {
    return this.#base.checkpointSlices?.(rows, last)
  }

  checkpointed(): void {
    this.#base.checkpointed()
  }

  close(): void {
    this.#isOpen = false
    this.#cache?.close()
    this.#base.close?.()
  }

  /** The cache first: it has what the layer below does not know yet. */
  #rollBack(): void {
    this.#cache?.clear?.()
    this.#base.rollBack?.()
  }

  /** Throws an `InvalidStateStoreError` (`STREAMS_STORE_CLOSED`). */
  protected checkOpen(): void {
    if (!this.#isOpen) throw storeClosed(this.name)
  }
}
