/** One fact of the broker: a topic, a batch, a committed offset. Keys are ASCII. */
export interface EmbeddedLogEntry {
  readonly key: string
  /** null removes the entry. */
  readonly value: Uint8Array | null
}

/**
 * Where the embedded broker keeps what it has acknowledged. The composition root hands it in, so that the transport knows no
 * medium.
 * A crash leaves the entries of one `append` all or none, and never an append without those before it.
 */
export interface EmbeddedLogStore {
  /** Everything that was appended and not removed, in the order of keys. */
  load(): Iterable<{ readonly key: string; readonly value: Uint8Array }>
  append(entries: readonly EmbeddedLogEntry[]): void
  close(): void
}
