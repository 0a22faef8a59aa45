import type { EmbeddedLogEntry, EmbeddedLogStore } from './embedded-log-store.ts'
import { refusal } from './refusal.ts'

/**
 * Gathers the changes of a tick into one storage transaction. Transactions are stored in their order, so a crash can lose only the
 * latest.
 */
export class Journal {
  readonly #store: EmbeddedLogStore | null
  #entries: EmbeddedLogEntry[] = []
  #flushed: Promise<void> | null = null
  #failure: Error | null = null

  constructor(store: EmbeddedLogStore | null) {
    this.#store = store
  }

  write(key: string, value: Uint8Array | null): void {
    if (this.#failure !== null) throw this.#failure
    if (this.#store === null) return
    this.#entries.push({ key, value })
    this.#flushed ??= Promise.resolve().then(() => this.flush())
    // Callers of `settled` get the error. This handler keeps the rejection from ending the process if there is no such caller.
    this.#flushed.catch(() => undefined)
  }

  /** Resolves when the store has all changes written so far. Rejects with `TRANSPORT_KAFKA_STORAGE_ERROR`. */
  settled(): Promise<void> {
    return this.#flushed ?? Promise.resolve()
  }

  flush(): void {
    if (this.#failure !== null) throw this.#failure
    const entries = this.#entries
    this.#entries = []
    this.#flushed = null
    if (entries.length === 0) return
    try {
      this.#store?.append(entries)
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      this.#failure = refusal(
        'KAFKA_STORAGE_ERROR',
        `The embedded broker could not write to its store (${reason}): free disk space, then restart.`,
        {},
        cause,
      )
      throw this.#failure
    }
  }
}
