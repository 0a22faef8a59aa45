/** A value in a timestamped store, with the time (ms) of the record that it stands for. */
export interface ValueAndTimestamp<V> {
  /** The value. */
  readonly value: V
  /** The time of the record that the value came with, in ms since the epoch. */
  readonly timestamp: number
}

/** A value with its timestamp, as timestamped stores keep them. */
export function valueAndTimestamp<V>(value: V, timestamp: number): ValueAndTimestamp<V> {
  return { value, timestamp }
}
