/**
 * A key and its value. `map` returns such pairs, ranges of stores have them as rows, and the test driver reads and pipes them.
 */
export interface KeyValue<K, V> {
  /** The key. */
  readonly key: K
  /** The value. */
  readonly value: V
}
