/** A document as JSON has it. */
export type Document = Readonly<Record<string, unknown>>

/** A record's place in the topic: a smaller offset is older. */
export interface SourcePlace {
  readonly partition: number
  readonly offset: number
}

/** Writes of one id come from one partition. */
export interface DocumentWrite extends SourcePlace {
  readonly id: string
  /** null deletes. */
  readonly document: Document | null
}

/** The store does not take a write for what is in it, and never will. */
export class DocumentRefused extends Error {
  override readonly name = 'DocumentRefused'
  readonly write: DocumentWrite

  constructor(write: DocumentWrite, reason: string) {
    super(`The document ${write.id} is refused: ${reason}.`)
    this.write = write
  }
}

/** The store cannot be reached, or cannot write just now. The same write may succeed later. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable'
}

/** The store does not let us in: a wrong user, password or certificate. Waiting does not help. */
export class StoreRefused extends Error {
  override readonly name = 'StoreRefused'
}

/** The store no longer has what was written into it, as after a restore or on a new server: whoever fills it begins anew. */
export class DocumentsLost extends Error {
  override readonly name = 'DocumentsLost'
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

/** Documents by id, as a port: SQLite, or MongoDB. Whatever needs the store rejects with a {@link StoreUnavailable} or a {@link StoreRefused}. */
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
   * Applies writes in their order, of each id the newest. A write that is not newer than what the id already has is skipped, so that records
   * may come again. `passed` are places of records of which no document comes: positions go beyond them, too. Positions move when all is applied.
   * Rejects with a {@link DocumentRefused} for the first write that the store does not take, or with {@link DocumentsLost}.
   */
  apply(writes: readonly DocumentWrite[], passed?: readonly SourcePlace[]): Promise<void>
  /** Whether the store answers. Behind `begin`: whether it still has what was there then; rejects with {@link DocumentsLost} if not. */
  check(): Promise<void>
  get(id: string): Promise<Document | undefined>
  find(query: DocumentQuery): Promise<{ readonly documents: readonly Document[]; readonly total: number }>
  close(): Promise<void>
}
