import type { ClassParity, Mapping } from './class-parity.ts'

const headerAware = 'none: stores that keep headers (KIP-1271) are not built'
const uncommittedReads = 'none: queries read what has been processed, committed or not'
const byMedium = '`StoreOptions.medium`'
const internalBytes = 'none: stores of bytes are internal; a medium is a `StorageFactory`'

const stores: Mapping = {
  'state.KeyValueStore': { millrace: '`KeyValueStore`' },
  'state.ReadOnlyKeyValueStore': { millrace: '`ReadOnlyKeyValueStore`', methods: { readOnly: uncommittedReads } },
  'state.TimestampedKeyValueStore': { millrace: '`TimestampedKeyValueStore`' },
  'state.WindowStore': {
    millrace: '`WindowStore`',
    methods: {
      fetch: '`ReadOnlyWindowStore.fetch`',
      backwardFetch: '`ReadOnlyWindowStore.backwardFetch`',
      fetchAll: '`ReadOnlyWindowStore.fetchAll`',
      backwardFetchAll: '`ReadOnlyWindowStore.backwardFetchAll`',
    },
  },
  'state.ReadOnlyWindowStore': {
    millrace: '`ReadOnlyWindowStore`',
    methods: {
      fetch: '`ReadOnlyWindowStore.fetch`, `ReadOnlyWindowStore.fetchOne`, `ReadOnlyWindowStore.fetchRange`',
      backwardFetch: '`ReadOnlyWindowStore.backwardFetch`, `ReadOnlyWindowStore.backwardFetchRange`',
      readOnly: uncommittedReads,
    },
  },
  'state.TimestampedWindowStore': { millrace: '`TimestampedWindowStore`' },
  'state.SessionStore': {
    millrace: '`SessionStore`',
    methods: {
      findSessions: '`ReadOnlySessionStore.findSessions`, `ReadOnlySessionStore.findSessionsRange`',
      backwardFindSessions: '`ReadOnlySessionStore.backwardFindSessions`, `ReadOnlySessionStore.backwardFindSessionsRange`',
      fetchSession: '`ReadOnlySessionStore.fetchSession`',
    },
  },
  'state.ReadOnlySessionStore': { millrace: '`ReadOnlySessionStore`', methods: { readOnly: uncommittedReads } },
  'state.VersionedKeyValueStore': {
    millrace: '`VersionedKeyValueStore`',
    methods: { get: '`ReadOnlyVersionedKeyValueStore.get`', readOnly: uncommittedReads },
  },
  'state.VersionedRecord': {
    millrace: '`VersionedRecord`',
    methods: { new: 'none: an object literal' },
  },
  'state.ReadOnlyRecordIterator': {
    millrace: 'none: rows are `KeyValue` objects',
    others: 'none: an iterator is an iterable of JavaScript',
  },
  'state.VersionedRecordIterator': {
    millrace: '`ReadOnlyVersionedKeyValueStore.history`',
    others: 'none: an iterator of the language',
  },
  'state.ValueAndTimestamp': {
    millrace: '`ValueAndTimestamp`',
    methods: {
      make: '`valueAndTimestamp`',
      makeAllowNullable: '`valueAndTimestamp`',
      getValueOrNull: 'none: `?.` and `??` of the language',
    },
  },
  'state.KeyValueIterator': {
    millrace: '`KeyValueIterator`, an iterator of the language',
    methods: { close: 'none: `return()`, which for…of calls', peekNextKey: 'none: iterators of the language do not peek' },
  },
  'state.WindowStoreIterator': {
    millrace: '`WindowEntry`, of an iterator of the language',
    others: 'none: `return()`, which for…of calls',
  },
  'state.StoreBuilder': {
    millrace: '`StoreSpec`, a value',
    methods: {
      withCachingEnabled: '`StoreOptions.caching`',
      withCachingDisabled: '`StoreOptions.caching`',
      withLoggingEnabled: '`StoreOptions.changelog`',
      withLoggingDisabled: '`StoreOptions.changelog`',
      logConfig: '`StoreOptions.changelog`',
      loggingEnabled: '`StoreOptions.changelog`',
      build: 'none: stores are opened by the runtime',
      name: 'none: the first argument of `keyValueStore` and the others',
    },
  },
  'state.Stores': {
    millrace: 'none: a function for each kind of store',
    methods: {
      new: 'none: a class of functions',
      persistentKeyValueStore: `${byMedium} of \`keyValueStore\``,
      persistentTimestampedKeyValueStore: `${byMedium} of \`timestampedKeyValueStore\``,
      persistentTimestampedKeyValueStoreWithHeaders: headerAware,
      persistentVersionedKeyValueStore: '`versionedKeyValueStore`',
      inMemoryKeyValueStore: `${byMedium} of \`keyValueStore\``,
      lruMap: '`KeyValueStoreOptions.maxEntries`',
      persistentWindowStore: `${byMedium} of \`windowStore\``,
      persistentTimestampedWindowStore: `${byMedium} of \`timestampedWindowStore\``,
      persistentTimestampedWindowStoreWithHeaders: headerAware,
      inMemoryWindowStore: `${byMedium} of \`windowStore\``,
      persistentSessionStore: `${byMedium} of \`sessionStore\``,
      persistentSessionStoreWithHeaders: headerAware,
      inMemorySessionStore: `${byMedium} of \`sessionStore\``,
      keyValueStoreBuilder: '`keyValueStore`',
      timestampedKeyValueStoreBuilder: '`timestampedKeyValueStore`',
      timestampedKeyValueStoreWithHeadersBuilder: headerAware,
      versionedKeyValueStoreBuilder: '`versionedKeyValueStore`',
      windowStoreBuilder: '`windowStore`',
      timestampedWindowStoreBuilder: '`timestampedWindowStore`',
      timestampedWindowStoreWithHeadersBuilder: headerAware,
      sessionStoreBuilder: '`sessionStore`',
      sessionStoreWithHeadersBuilder: headerAware,
    },
  },
  'state.RocksDBConfigSetter': {
    millrace: 'none: there is no RocksDB; `openLmdbStorage` and `openLevelStorage` have options',
    others: 'none: there is no RocksDB',
  },
  'state.StateSerdes': { millrace: 'none: internal; stores take a `Serde` for key and value', others: 'none: internal' },
  'state.HostInfo': {
    millrace: 'none: queries across processes are not built',
    others: 'none: queries across processes are not built',
  },
}

const suppliers = Object.fromEntries(
  [
    'KeyValueBytesStoreSupplier',
    'WindowBytesStoreSupplier',
    'SessionBytesStoreSupplier',
    'VersionedBytesStoreSupplier',
    'VersionedBytesStore',
    'TimestampedBytesStore',
    'StoreSupplier',
    'DslStoreSuppliers',
    'DslKeyValueParams',
    'DslWindowParams',
    'DslSessionParams',
    'BuiltInDslStoreSuppliers',
    'BuiltInDslStoreSuppliers.InMemoryDslStoreSuppliers',
    'BuiltInDslStoreSuppliers.RocksDBDslStoreSuppliers',
  ].map((name): [string, ClassParity] => [`state.${name}`, { millrace: internalBytes, others: internalBytes }]),
)

const queryableTypes = Object.fromEntries(
  [
    'QueryableStoreType',
    'QueryableStoreTypes',
    'QueryableStoreTypes.KeyValueStoreType',
    'QueryableStoreTypes.SessionStoreType',
    'QueryableStoreTypes.TimestampedKeyValueStoreType',
    'QueryableStoreTypes.TimestampedWindowStoreType',
    'QueryableStoreTypes.WindowStoreType',
  ].map((name): [string, ClassParity] => [
    `state.${name}`,
    { millrace: '`KafkaStreams.store`, by the value of the store', others: '`KafkaStreams.store`' },
  ]),
)

const headerStores = Object.fromEntries(
  [
    'AggregationWithHeaders',
    'HeadersBytesStore',
    'HeadersBytesStoreSupplier',
    'SessionStoreWithHeaders',
    'TimestampedKeyValueStoreWithHeaders',
    'TimestampedWindowStoreWithHeaders',
    'ValueTimestampHeaders',
  ].map((name): [string, ClassParity] => [`state.${name}`, { millrace: headerAware, others: headerAware }]),
)

export const state: Mapping = { ...stores, ...suppliers, ...queryableTypes, ...headerStores }
