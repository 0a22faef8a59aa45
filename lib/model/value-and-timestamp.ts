/** A value in a timestamped store, with the time (ms) of the record that it stands for. */
export interface ValueAndTimestamp<V> {
  readonly value: V
  readonly timestamp: number
}

export function valueAndTimestamp<V>(value: V, timestamp: number): ValueAndTimestamp<V> {
  return { value, timestamp }
}
