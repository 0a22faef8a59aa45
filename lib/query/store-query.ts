import type { StoreView } from '../state/store-spec.ts'

/**
 * A query of one store, as data that a structured clone can copy, because the store may be on another thread. Keys and values are
 * copied too: an instance of a class arrives as a plain object.
 */
export type StoreQuery = ValueQuery | PageQuery

/** Calls a method of the store that returns one value. */
export interface ValueQuery {
  readonly kind: 'value'
  readonly store: string
  readonly view: StoreView
  readonly method: string
  readonly values: readonly unknown[]
  /** Only this partition is asked. Absent: all of this process are. */
  readonly partition?: number | undefined
}

/** Calls a method of the store that returns rows, and asks for one page of them. */
export interface PageQuery {
  readonly kind: 'page'
  readonly store: string
  readonly view: StoreView
  readonly method: string
  readonly values: readonly unknown[]
  /** Only this partition is asked. Absent: all of this process are. */
  readonly partition?: number | undefined
  /** The `next` of the page before; null: the first page. */
  readonly after: PagePosition | null
}

/** The beginning of a page: in this part of the store, after this row. `row` is undefined at the beginning of the part. */
interface PagePosition {
  readonly part: string
  readonly row: string | undefined
}

export interface Page {
  readonly rows: readonly unknown[]
  /** The beginning of the next page; null: this page is the last. */
  readonly next: PagePosition | null
}

/** Answers queries. One implementation reads the stores of this thread, another asks another thread by messages. */
export interface QueryPort {
  /** Resolves to the value. Rejects with an `InvalidStateStoreError` if the store cannot be read. */
  value(query: ValueQuery): Promise<unknown>
  /** Resolves to a page, which is a snapshot of its own: no reader of the store stays open after it. Rejects as `value` does. */
  page(query: PageQuery): Promise<Page>
}

/** How many rows a page has at most. */
export const pageRowsMax = 1000
