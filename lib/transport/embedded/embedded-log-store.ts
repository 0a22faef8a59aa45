/** One fact of the broker: a topic, a batch, a committed offset. Keys are ASCII. */
export interface EmbeddedLogEntry {
  readonly key: string
  /** null removes the entry. */
  readonly value: Uint8Array | null
}

/**
 * Where the embedded broker keeps what it has acknowledged. Given by the composition root, so that the transport knows no
 * medium. What one `append` got survives a crash as a whole or not at all, and appends survive in their order.
 */
export interface EmbeddedLogStore {
  /** Everything that was appended and not removed, in the order of keys. */
  load(): Iterable<{ readonly key: string; readonly value: Uint8Array }>
  append(entries: readonly EmbeddedLogEntry[]): void
  close(): void
}
