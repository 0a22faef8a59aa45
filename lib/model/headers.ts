/** One header of a record. Keys may repeat; order is kept. */
export interface Header {
  /** Name of the header; a record may have several of one name. */
  readonly key: string
  /** Value of the header, in bytes. */
  readonly value: Uint8Array | null
}

/** Headers are never changed in place: adding one makes a new list, so that records may share them. */
export type Headers = readonly Header[]

/** The headers of a record without headers. */
export const noHeaders: Headers = Object.freeze([])
