import type { StoreView } from '../state/store-spec.ts'

/**
 * A question about one store, as data that can be copied (structured clone): a store may be on another thread, or in another process.
 * Keys and values travel as values; an object of a class arrives without its class.
 */
export type StoreQuery = ValueQuery | PageQuery

/** Asks for one answer: what a method of the store's read-only face returns. */
export interface ValueQuery {
  readonly kind: 'value'
  readonly store: string
  readonly view: StoreView
  readonly method: string
  readonly values: readonly unknown[]
}

/** Asks for a part of what a method of the store's read-only face iterates over. */
export interface PageQuery {
  readonly kind: 'page'
  readonly store: string
  readonly view: StoreView
  readonly method: string
  readonly values: readonly unknown[]
  /** Where the page before ended; null: the first page. */
  readonly after: PagePosition | null
}

/** Where a page begins: in a part of the store, behind the row with this key; undefined: at the part's first row. */
export interface PagePosition {
  readonly part: string
  readonly row: string | undefined
}

export interface Page {
  readonly rows: readonly unknown[]
  /** For the next page; null: this one is the last. */
  readonly next: PagePosition | null
}

/** Answers questions about stores: those of this thread at once, those of another one by message. */
export interface QueryPort {
  /** Resolves with the value, rejects with an `InvalidStateStoreError` where the store cannot be read. */
  value(query: ValueQuery): Promise<unknown>
  /** As `value`. A page is a snapshot of its own: nothing of the store is held when it is there. */
  page(query: PageQuery): Promise<Page>
}

/** Rows of a page at most. */
export const pageRowsMax = 1000
