import { TopologyError } from '../model/errors.ts'
import type { KeyValueStoreSpec, WindowStoreSpec } from '../state/store-spec.ts'
import { checkName } from '../topology/names.ts'
import { erased, type AnySerde, type ErasedSerdes } from './handles.ts'
import type { Materialized } from './options.ts'
import type { StreamsGraph } from './graph.ts'
import type { TimeWindows } from './time-windows.ts'
import type { UnlimitedWindows } from './unlimited-windows.ts'

/** Materialized options with all defaults filled in (Java: `MaterializedInternal`). */
export interface MaterializedStore {
  readonly name: string
  /** `name`, where the user gave it. */
  readonly queryableName: string | undefined
  readonly key: AnySerde | undefined
  readonly value: AnySerde | undefined
  readonly options: MaterializedOptions
}

/** {@link Materialized} of any types. */
export type MaterializedOptions = Omit<Materialized<unknown, unknown>, 'key' | 'value'> & ErasedSerdes

export interface InheritedSerdes {
  readonly key?: AnySerde | undefined
  readonly value?: AnySerde | undefined
}

/** Names the store; a generated name draws an index of the graph, a given one does not. */
export function materialize(
  graph: StreamsGraph,
  materialized: MaterializedOptions | undefined,
  prefix: string,
  inherited: InheritedSerdes,
): MaterializedStore {
  const options = materialized ?? {}
  const queryableName = options.name === undefined ? undefined : checkName(options.name)
  return {
    name: queryableName ?? graph.newStoreName(prefix),
    queryableName,
    key: erased(options.key) ?? inherited.key,
    value: erased(options.value) ?? inherited.value,
    options,
  }
}

export function keyValueSpec({ name, key, value, options }: MaterializedStore): KeyValueStoreSpec<unknown, unknown> {
  return {
    kind: 'key-value',
    values: 'timestamped',
    name,
    key,
    value,
    medium: options.medium ?? 'default',
    caching: options.caching ?? 'enabled',
    changelog: options.changelog ?? { config: {} },
  }
}

/** Retention must cover size and grace, or windows would go before they close. */
export function windowSpec(
  store: MaterializedStore,
  { sizeMs, graceMs }: TimeWindows | UnlimitedWindows,
): WindowStoreSpec<unknown, unknown> {
  const retentionMs = store.options.retentionMs ?? sizeMs + graceMs
  if (retentionMs < sizeMs + graceMs)
    throw new TopologyError(
      'STREAMS_RETENTION_TOO_SMALL',
      `Store ${store.name} keeps windows for ${retentionMs} ms, its windows live ${sizeMs + graceMs} ms: raise retentionMs.`,
      { facts: { store: store.name, retentionMs, sizeMs, graceMs } },
    )
  return { ...keyValueSpec(store), kind: 'window', retentionMs, windowSizeMs: sizeMs, duplicates: 'replace', expiry: 'default' }
}
