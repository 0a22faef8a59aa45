import { assert } from '../model/assert.ts'
import { InvalidStateStoreError } from '../model/errors.ts'
import type { ValueAndTimestamp } from '../model/value-and-timestamp.ts'
import type { PositionedIterator } from '../state/key-value/row-iterators.ts'
import type { StateStore } from '../state/state-store.ts'
import { queryMethods, type QueryMethod } from './queryable-stores.ts'
import { pageRowsMax, type Page, type PageQuery, type QueryPort, type StoreQuery, type ValueQuery } from './store-query.ts'

/** A part of a store: the partition of one task, or the whole of a global store. */
export interface StorePart {
  /** A task id, or `global`. */
  readonly name: string
  readonly store: StateStore
}

type Method = (...values: readonly unknown[]) => unknown

/** Answers queries from the parts of stores that are open on this thread at the time of the query. */
export class LocalQueryPort implements QueryPort {
  readonly #partsOf: (store: string, partition: number | undefined) => readonly StorePart[]
  readonly #pageRows: number

  /**
   * `partsOf` returns the open parts of a store in a fixed order, or the one of a partition. It throws an `InvalidStateStoreError` if
   * there is none.
   */
  constructor(partsOf: (store: string, partition: number | undefined) => readonly StorePart[], pageRows = pageRowsMax) {
    this.#partsOf = partsOf
    this.#pageRows = pageRows
  }

  async value(query: ValueQuery): Promise<unknown> {
    const { store, method, values, partition } = query
    const parts = this.#partsOf(store, partition)
    const asked = methodOf(query)
    assert(asked?.together !== 'rows' && asked !== undefined, `A store does not answer ${method} with a value.`)
    if (asked.together === 'sum') return parts.reduce((sum, part) => sum + (call(part, method, values) as number), 0)
    for (const part of parts) {
      const found = call(part, method, values)
      if (found !== null) return plainValue(part.store, found)
    }
    return null
  }

  async page(query: PageQuery): Promise<Page> {
    const { store, method, after, partition } = query
    const parts = this.#partsOf(store, partition)
    const asked = methodOf(query)
    assert(asked?.together === 'rows', `A store does not answer ${method} with rows.`)
    const at = after === null ? 0 : parts.findIndex(({ name }) => name === after.part)
    if (at < 0) throw partIsGone(store, after!.part)
    const part = parts[at]!
    const values = Array.from({ length: asked.parameters }, (_, index) => query.values[index])
    const { rows, end } = this.#read(part, method, [...values, after?.row])
    const following = parts[at + 1]
    if (end !== undefined) return { rows, next: { part: part.name, row: end } }
    return { rows, next: following === undefined ? null : { part: following.name, row: undefined } }
  }

  /** Reads a page of rows, and ends the iterator. `end`: the position of the last row; undefined if the part has no more rows. */
  #read(part: StorePart, method: string, values: readonly unknown[]) {
    const iterator = call(part, method, values) as PositionedIterator<object>
    const rows: unknown[] = []
    for (const row of iterator) {
      rows.push('value' in row ? { ...row, value: plainValue(part.store, row.value) } : row)
      if (rows.length === this.#pageRows) return { rows, end: iterator.position }
    }
    return { rows, end: undefined }
  }
}

/** Undefined if queries may not call the method. */
function methodOf({ view, method }: StoreQuery): QueryMethod | undefined {
  const methods = queryMethods(view)
  return Object.hasOwn(methods, method) ? methods[method] : undefined
}

function call({ store }: StorePart, method: string, values: readonly unknown[]): unknown {
  return (store as unknown as Readonly<Record<string, Method>>)[method]!(...values)
}

/** Takes the timestamp off the value of a timestamped store. The version of a versioned store keeps its timestamp. */
function plainValue({ spec }: StateStore, value: unknown): unknown {
  return 'values' in spec && spec.values === 'timestamped' ? (value as ValueAndTimestamp<unknown>).value : value
}

function partIsGone(store: string, part: string): InvalidStateStoreError {
  const message =
    `The part ${part} of the store ${store} has moved to another instance while it was iterated over: ` +
    'begin again when the application runs.'
  return new InvalidStateStoreError('STREAMS_STORE_NOT_AVAILABLE', message, { facts: { store, part } })
}
