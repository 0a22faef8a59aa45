/** A document as JSON has it. */
export type Document = Readonly<Record<string, unknown>>

/** Where a write comes from: writes of one id come from one partition, and a smaller offset is older. */
export interface DocumentWrite {
  readonly id: string
  /** null deletes. */
  readonly document: Document | null
  readonly partition: number
  readonly offset: number
}

/** A comparison of a field. `decimal` compares amounts of equal scale exactly. */
export interface Condition {
  readonly field: string
  readonly is: 'equal' | 'at-least' | 'less-than' | 'decimal-at-least'
  readonly value: string | number
}

export interface DocumentQuery {
  /** All must hold; of the conditions in an inner list one. */
  readonly where: readonly (readonly Condition[])[]
  readonly sort: { readonly field: string; readonly order: 'ascending' | 'descending' }
  readonly limit: number
  readonly offset: number
}

/** Documents by id, as a port: SQLite here, a document database elsewhere. */
export interface DocumentStore {
  /**
   * To be called before the first write, with the end of each partition of the topic. A document from behind an end is of another topic,
   * on another cluster, where offsets say nothing about those of this one: then all documents are removed, and come again.
   */
  begin(ends: ReadonlyMap<number, number>): Promise<'kept' | 'removed'>
  /**
   * Of each partition the offset behind the newest write that was applied; a partition that is missing has none. Who fills the store
   * begins there, or before.
   */
  positions(): Promise<ReadonlyMap<number, number>>
  /**
   * Applies all writes or none. A write that is not newer than what the id already has is skipped, so that records may come again.
   */
  apply(writes: readonly DocumentWrite[]): Promise<void>
  get(id: string): Promise<Document | undefined>
  find(query: DocumentQuery): Promise<{ readonly documents: readonly Document[]; readonly total: number }>
  close(): Promise<void>
}
