import type { StoreView } from '../state/store-views.ts'
import type {
  QueryableKeyValueStore,
  QueryableSessionStore,
  QueryableStores,
  QueryableVersionedStore,
  QueryableWindowStore,
} from './queryable-stores.ts'
import type { QueryPort } from './store-query.ts'
import { StoreReader } from './store-reader.ts'

const faces: { readonly [View in StoreView]: <K, V>(reader: StoreReader) => QueryableStores<K, V>[View] } = {
  'key-value': keyValueStore,
  window: windowStore,
  session: sessionStore,
  versioned: versionedStore,
}

/** A store for queries, whose every method asks `port` by its own name. */
export function openQueryableStore<K, V>(store: string, view: StoreView, port: QueryPort): QueryableStores<K, V>[StoreView] {
  return faces[view](new StoreReader(store, view, port))
}

function keyValueStore<K, V>(reader: StoreReader): QueryableKeyValueStore<K, V> {
  return {
    get: (...values) => reader.value('get', values),
    range: (...values) => reader.rows('range', values),
    reverseRange: (...values) => reader.rows('reverseRange', values),
    all: (...values) => reader.rows('all', values),
    reverseAll: (...values) => reader.rows('reverseAll', values),
    prefixScan: (...values) => reader.rows('prefixScan', values),
    approximateNumEntries: (...values) => reader.value('approximateNumEntries', values),
  }
}

function windowStore<K, V>(reader: StoreReader): QueryableWindowStore<K, V> {
  return {
    fetchOne: (...values) => reader.value('fetchOne', values),
    fetch: (...values) => reader.rows('fetch', values),
    backwardFetch: (...values) => reader.rows('backwardFetch', values),
    fetchRange: (...values) => reader.rows('fetchRange', values),
    backwardFetchRange: (...values) => reader.rows('backwardFetchRange', values),
    fetchAll: (...values) => reader.rows('fetchAll', values),
    backwardFetchAll: (...values) => reader.rows('backwardFetchAll', values),
    all: (...values) => reader.rows('all', values),
    backwardAll: (...values) => reader.rows('backwardAll', values),
  }
}

function sessionStore<K, V>(reader: StoreReader): QueryableSessionStore<K, V> {
  return {
    fetchSession: (...values) => reader.value('fetchSession', values),
    fetch: (...values) => reader.rows('fetch', values),
    backwardFetch: (...values) => reader.rows('backwardFetch', values),
    fetchRange: (...values) => reader.rows('fetchRange', values),
    backwardFetchRange: (...values) => reader.rows('backwardFetchRange', values),
    findSessions: (...values) => reader.rows('findSessions', values),
    backwardFindSessions: (...values) => reader.rows('backwardFindSessions', values),
    findSessionsRange: (...values) => reader.rows('findSessionsRange', values),
    backwardFindSessionsRange: (...values) => reader.rows('backwardFindSessionsRange', values),
  }
}

function versionedStore<K, V>(reader: StoreReader): QueryableVersionedStore<K, V> {
  return {
    get: (...values) => reader.value('get', values),
    history: (key, options = {}) => reader.rows('history', [key, options]),
  }
}
