/** One entry of the broker's data: a topic, a batch, the start of a log, or a committed offset. Keys are ASCII. */
export interface EmbeddedLogEntry {
  readonly key: string
  /** Null removes the entry. */
  readonly value: Uint8Array | null
}

/**
 * The port to the disk by which the embedded broker keeps its data. A crash never leaves a part of an `append`, and never an
 * `append` without all earlier ones.
 */
export interface EmbeddedLogStore {
  /** Returns all entries in the order of their keys. */
  load(): Iterable<{ readonly key: string; readonly value: Uint8Array }>
  append(entries: readonly EmbeddedLogEntry[]): void
  close(): void
}
