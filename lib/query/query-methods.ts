import type { StoreView } from '../state/store-views.ts'

/**
 * How the partitions of a store answer together. `first`: a key is in one of them; `sum`: each counts its own; `rows`: one after the
 * other, in pages.
 */
type Together = 'first' | 'sum' | 'rows'

/** What can be asked of a store; all else, writes above all, is refused. */
const methods: Readonly<Record<StoreView, Readonly<Record<string, Together>>>> = {
  'key-value': {
    get: 'first',
    approximateNumEntries: 'sum',
    ...rows('range', 'reverseRange', 'all', 'reverseAll', 'prefixScan'),
  },
  window: {
    fetchOne: 'first',
    ...rows('fetch', 'backwardFetch', 'fetchRange', 'backwardFetchRange'),
    ...rows('fetchAll', 'backwardFetchAll', 'all', 'backwardAll'),
  },
  session: {
    fetchSession: 'first',
    ...rows('fetch', 'backwardFetch', 'fetchRange', 'backwardFetchRange'),
    ...rows('findSessions', 'backwardFindSessions', 'findSessionsRange', 'backwardFindSessionsRange'),
  },
  versioned: { get: 'first', ...rows('history') },
}

/** Undefined where the method is none that a query may call. */
export function togetherBy(view: StoreView, method: string): Together | undefined {
  return Object.hasOwn(methods[view], method) ? methods[view][method] : undefined
}

function rows(...names: readonly string[]): Record<string, 'rows'> {
  return Object.fromEntries(names.map((name) => [name, 'rows']))
}
