import type { Clock } from '../../clock/clock.ts'
import { StreamsError } from '../../model/errors.ts'
import type { StorageEnvironment, StorageWrite } from '../../storage/storage.ts'
import type { Logger } from '../logger.ts'

/** The pause after a checkpoint that found the storage full. It doubles with each further one. */
const [pauseMinMs, pauseMaxMs] = [1000, 30_000]

export interface CheckpointWriterOptions {
  readonly storage: StorageEnvironment
  readonly clock: Pick<Clock, 'monotonic'>
  readonly logger: Logger
  /** Whose checkpoints these are, at the beginning of a message. */
  readonly owner: string
}

/**
 * Writes checkpoints to a storage that may be full. Then nothing is lost: rows stay in memory, and their records in the changelog. The
 * checkpoint is tried again, at growing intervals.
 */
export class CheckpointWriter {
  readonly #options: CheckpointWriterOptions
  #pauseMs = 0
  #triedMs = 0
  #full: StreamsError | undefined

  constructor(options: CheckpointWriterOptions) {
    this.#options = options
  }

  /** The error of the last checkpoint, if it found the storage full. */
  get full(): StreamsError | undefined {
    return this.#full
  }

  /** False while the storage is full and was found so lately. */
  get isReady(): boolean {
    return this.#options.clock.monotonic() - this.#triedMs >= this.#pauseMs
  }

  /**
   * Stores the writes, then calls `stored`, which may remove from storage what is not needed any more. Returns whether both went
   * through. If not, a later checkpoint does again what is left of both.
   */
  write(writes: readonly StorageWrite[], stored: () => void): boolean {
    const { storage, logger, owner } = this.#options
    try {
      if (writes.length > 0) storage.transact(writes)
      stored()
    } catch (error) {
      this.#endure(error)
      return false
    }
    if (this.#full !== undefined) logger.info(`${owner}: the storage has room again, what had waited is stored.`)
    this.#full = undefined
    this.#pauseMs = 0
    return true
  }

  #endure(error: unknown): void {
    if (!isStorageFull(error)) throw error
    const { clock, logger, owner } = this.#options
    this.#full = error
    this.#triedMs = clock.monotonic()
    this.#pauseMs = Math.min(pauseMaxMs, Math.max(pauseMinMs, 2 * this.#pauseMs))
    logger.error(`${owner}: a checkpoint waits, and is tried again in ${this.#pauseMs} ms. ${error.message}`, error.facts)
  }
}

function isStorageFull(error: unknown): error is StreamsError {
  return error instanceof StreamsError && error.code === 'STREAMS_STORAGE_FULL'
}

/** Rows wait in memory while storage is full. Checkpoints find that, too: they say so, and wait. */
export function unlessFull(error: unknown): void {
  if (!isStorageFull(error)) throw error
}
