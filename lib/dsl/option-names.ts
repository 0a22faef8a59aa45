import type { OptionNames } from '../model/check-options.ts'
import type * as options from './options.ts'

// The names of all options, by type of options. A call refuses an option that is not listed here.

export const named: OptionNames<options.Named> = { name: true }
export const consumed: OptionNames<options.Consumed> = { name: true, timestampExtractor: true, offsetReset: true }
export const produced: OptionNames<options.Produced<unknown, unknown>> = { name: true, partitioner: true }
export const grouped: OptionNames<options.Grouped<unknown, unknown>> = { name: true, key: true, value: true }
export const repartitioned: OptionNames<options.Repartitioned<unknown, unknown>> = {
  ...grouped,
  partitions: true,
  partitioner: true,
}
export const joined: OptionNames<options.Joined<unknown, unknown>> = { name: true, key: true, value: true, graceMs: true }
export const streamJoined: OptionNames<options.StreamJoined<unknown, unknown, unknown>> = {
  name: true,
  store: true,
  key: true,
  value: true,
  otherValue: true,
  thisStore: true,
  otherStore: true,
}
export const streamJoinStores: OptionNames<options.StreamJoinStores> = { name: true, changelog: true, medium: true }
export const processed: OptionNames<options.Processed> = { name: true, stores: true }
export const printed: OptionNames<options.Printed<unknown, unknown>> = { name: true, label: true, format: true, write: true }

type WithoutKind<T> = Omit<T, 'kind'>

export const materialized: OptionNames<WithoutKind<options.Materialized<unknown, unknown>>> = {
  name: true,
  store: true,
  key: true,
  value: true,
}
export const consumedTable: OptionNames<WithoutKind<options.ConsumedTable<unknown, unknown>>> = { ...materialized, ...consumed }
export const tableJoined: OptionNames<WithoutKind<options.TableJoined<unknown, unknown, unknown>>> = {
  ...materialized,
  partitioner: true,
  otherPartitioner: true,
}
export const transformed: OptionNames<WithoutKind<options.Transformed<unknown, unknown>>> = { ...materialized, stores: true }

/** What `reduce` and `aggregate` need of windows that are kept as slices. */
export const reducedSlices = { associative: true } as const
export const aggregatedSlices = { merger: true } as const

const anyStore: OptionNames<Omit<options.TableStore, 'kind' | 'maxEntries'>> = {
  name: true,
  caching: true,
  changelog: true,
  medium: true,
  supplier: true,
}
/** Names of the properties of the option `store`, for tables without and with windows. */
export const storeOf: {
  readonly table: OptionNames<WithoutKind<options.TableStore>>
  readonly windows: OptionNames<WithoutKind<options.WindowedStore>>
} = {
  table: { ...anyStore, maxEntries: true },
  windows: { ...anyStore, retentionMs: true, slices: true },
}
