/** A value of a timestamped store, and the timestamp (ms since the epoch) of the record that wrote it. */
export interface ValueAndTimestamp<V> {
  /** The value. */
  readonly value: V
  /** The timestamp of the record that wrote the value, in ms since the epoch. */
  readonly timestamp: number
}

/** A value with its timestamp, as timestamped stores keep them. */
export function valueAndTimestamp<V>(value: V, timestamp: number): ValueAndTimestamp<V> {
  return { value, timestamp }
}
