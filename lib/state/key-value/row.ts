/** A row that a scan has found: a copy of its value, and its timestamp, which is 0 in stores that keep none. */
export interface Row {
  readonly bytes: Uint8Array
  readonly timestamp: number
}

/**
 * Makes a row. All rows are made here, so that V8 sees one shape of objects. A constructor makes them, not an object literal: V8 may
 * allocate what a literal makes among its old objects, if the first of them lived long. Then the rows that were replaced would stay in
 * memory, with all that they refer to, until a full collection.
 */
export function row(bytes: Uint8Array, timestamp: number): Row {
  return new FoundRow(bytes, timestamp)
}

class FoundRow implements Row {
  readonly bytes: Uint8Array
  readonly timestamp: number

  constructor(bytes: Uint8Array, timestamp: number) {
    this.bytes = bytes
    this.timestamp = timestamp
  }
}

/** A row with its key; the key is bytes as latin1. */
export type KeyedRow = [key: string, row: Row]
