/** A header of a record. A record may have several headers with the same key. */
export interface Header {
  /** The name of the header. */
  readonly key: string
  /** Value of the header, in bytes. */
  readonly value: Uint8Array | null
}

/** The headers of a record, in their order. The list is never changed in place, so that records may share it. */
export type Headers = readonly Header[]

/** The headers of a record without headers. */
export const noHeaders: Headers = Object.freeze([])
