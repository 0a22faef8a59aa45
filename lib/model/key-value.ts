/** A key and its value: what `map` returns, what stores and ranges give, what the test driver reads and pipes. */
export interface KeyValue<K, V> {
  /** The key. */
  readonly key: K
  /** The value. */
  readonly value: V
}
