/**
 * The entry that a store keeps for a key. `bytes` is the serialized value. `timestamp` is 0 in stores that keep none. `value` is
 * the decoded value if its serde gives immutable values, else undefined. Rows are never changed. Null stands for a deletion.
 */
export interface Row {
  readonly bytes: Uint8Array
  readonly timestamp: number
  readonly value: unknown
}

/**
 * Makes a row. All rows are made here, so that V8 sees one shape of objects. A constructor makes them, not an object literal: V8 may
 * allocate what a literal makes among its old objects, if the first of them lived long. Then the rows that were replaced would stay in
 * memory, with all that they refer to, until a full collection.
 */
export function row(bytes: Uint8Array, timestamp: number, value?: unknown): Row {
  return new KeptRow(bytes, timestamp, value)
}

class KeptRow implements Row {
  readonly bytes: Uint8Array
  readonly timestamp: number
  readonly value: unknown

  constructor(bytes: Uint8Array, timestamp: number, value: unknown) {
    this.bytes = bytes
    this.timestamp = timestamp
    this.value = value
  }
}

/** Bytes in an allocation of at most this size are kept as they are: those of Node's pool, and those of small messages. */
const keptAllocation = 64 * 1024

/**
 * The row for a store that keeps it in memory. If its bytes are a small part of something large, such as the answer to a fetch, it gets a
 * copy of them: one row would keep all of that in memory.
 */
export function detached(stored: Row): Row {
  const { bytes, timestamp, value } = stored
  const { byteLength } = bytes.buffer
  if (byteLength <= keptAllocation || bytes.byteLength * 2 >= byteLength) return stored
  return row(Buffer.from(bytes), timestamp, value)
}

/** A row with its key; the key is bytes as latin1. */
export type KeyedRow = [key: string, row: Row]
