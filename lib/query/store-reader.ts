import type { StoreView } from '../state/store-spec.ts'
import type { QueryPort, StoreQuery } from './store-query.ts'

/** Queries one store through a port. */
export class StoreReader {
  readonly #store: Pick<StoreQuery, 'store' | 'view' | 'partition'>
  readonly #port: QueryPort

  constructor(store: string, view: StoreView, port: QueryPort, partition?: number) {
    this.#store = { store, view, partition }
    this.#port = port
  }

  async value<T>(method: string, values: readonly unknown[]): Promise<T> {
    return (await this.#port.value({ kind: 'value', ...this.#store, method, values })) as T
  }

  /** Iterates over all rows. The next page is asked for when the rows of the one before are used up. */
  async *rows<T>(method: string, values: readonly unknown[]): AsyncGenerator<T, undefined> {
    const query = { kind: 'page', ...this.#store, method, values } as const
    let page = await this.#port.page({ ...query, after: null })
    yield* page.rows as readonly T[]
    while (page.next !== null) {
      page = await this.#port.page({ ...query, after: page.next })
      yield* page.rows as readonly T[]
    }
  }
}
