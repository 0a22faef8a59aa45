/** One header of a record. Keys may repeat; order is kept. */
export interface Header {
  readonly key: string
  readonly value: Uint8Array | null
}

/** Headers are never changed in place: adding one makes a new list, so that records may share them. */
export type Headers = readonly Header[]

export const noHeaders: Headers = Object.freeze([])
