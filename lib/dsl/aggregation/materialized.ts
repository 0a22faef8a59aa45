import type { EmitStrategy } from '../../model/emit-strategy.ts'
import { TopologyError } from '../../model/errors.ts'
import type {
  KeyValueStoreSpec,
  SessionStoreSpec,
  StoreSpec,
  VersionedKeyValueStoreSpec,
  WindowExpiry,
  WindowStoreSpec,
} from '../../state/store-spec.ts'
import { mediumAndChangelog } from '../../state/store-options.ts'
import { checkStoreSettings } from '../../state/check-store-options.ts'
import { checkName } from '../../topology/names.ts'
import { checkOptions } from '../../model/check-options.ts'
import { erased, type AnySerde, type ErasedSerdes } from '../graph/state.ts'
import * as optionNames from '../option-names.ts'
import type { Named, TableStore, WindowedStore } from '../options.ts'
import type { StreamsGraph, Versions } from '../graph/graph.ts'
import type { SessionWindows } from '../windows/session-windows.ts'
import { SlidingWindows } from '../windows/sliding-windows.ts'
import type { WindowsOfTime } from '../windows/windows-of-time.ts'

/** Materialized options with all defaults filled in (Java: `MaterializedInternal`). */
export interface MaterializedStore {
  readonly name: string
  /** The name if the user gave it. Undefined if it was generated. */
  readonly queryableName: string | undefined
  readonly key: AnySerde | undefined
  readonly value: AnySerde | undefined
  readonly options: MaterializedOptions
}

/** A table's options, as far as they concern its store. If the user gave a store value, they include its properties. */
export interface MaterializedOptions extends Omit<TableStore & WindowedStore, 'kind' | 'slices'>, ErasedSerdes {
  readonly kind?: StoreSpec['kind'] | undefined
  readonly changelogRetentionMs?: number | undefined
  readonly slices?: boolean | undefined
}

/** {@link Materialized} of any types. */
export interface AnyMaterialized extends Named, ErasedSerdes {
  readonly store?: string | object | undefined
}

/** A table's options in two parts: the name of the node, and the options of the store. */
export interface TableOptions {
  readonly name: string | undefined
  /** Undefined if the user gave neither a store nor serdes. As in Java, serdes alone count as options of the store. */
  readonly materialized: MaterializedOptions | undefined
}

/** The call that the options were given to. Messages name it. */
export interface OptionsCall {
  readonly call: string
  readonly stored: 'table' | 'windows'
  /** Names of the options that the call has. Default: those of {@link Materialized}. */
  readonly known?: Readonly<Record<string, true>>
}

/** Splits a table's options in two. Throws a `TypeError` for options that the call does not have. */
export function tableOptions(options: AnyMaterialized | undefined, { call, stored, known }: OptionsCall): TableOptions {
  if (isStoreValue(options)) throw new TypeError(`${call} takes a store value as its option "store": write { store: … }.`)
  checkOptions(call, options, known ?? optionNames.materialized)
  const { name, store, key, value } = options ?? {}
  if (store === undefined && key === undefined && value === undefined) return { name, materialized: undefined }
  const own: MaterializedOptions = typeof store === 'string' ? { name: store } : { ...store }
  if (own.kind === undefined && typeof store !== 'string') checkOptions(`store of ${call}`, store, optionNames.storeOf[stored])
  checkStoreSettings(`store of ${call}`, own)
  return { name, materialized: { ...own, key: key ?? own.key, value: value ?? own.value } }
}

export interface InheritedSerdes {
  readonly key?: AnySerde | undefined
  readonly value?: AnySerde | undefined
}

function isStoreValue(options: object | undefined): boolean {
  return typeof options === 'object' && 'kind' in options && 'name' in options
}

/** Fills in the defaults of a store's options. The graph's counter of generated names advances only if the user gave no name. */
export function materialize(
  graph: StreamsGraph,
  materialized: MaterializedOptions | undefined,
  prefix: string,
  inherited: InheritedSerdes,
): MaterializedStore {
  return materializedStore(materialized ?? {}, inherited, () => graph.newUnnamedStore(prefix))
}

/** As {@link materialize}, for operators that make a store only if the user names it. */
export function materializeIfNamed(
  graph: StreamsGraph,
  materialized: MaterializedOptions,
  prefix: string,
  inherited: InheritedSerdes,
): MaterializedStore {
  return materializedStore(materialized, inherited, () => graph.newStoreName(prefix))
}

function materializedStore(
  options: MaterializedOptions,
  inherited: InheritedSerdes,
  generateName: () => string,
): MaterializedStore {
  const queryableName = options.name === undefined ? undefined : checkName(options.name)
  return {
    name: queryableName ?? generateName(),
    queryableName,
    key: erased(options.key) ?? inherited.key,
    value: erased(options.value) ?? inherited.value,
    options,
  }
}

export function keyValueSpec(store: MaterializedStore): KeyValueStoreSpec<unknown, unknown> {
  const { maxEntries } = store.options
  const spec = { kind: 'key-value' as const, values: 'timestamped' as const, ...commonSpec(store) }
  return maxEntries === undefined ? spec : { ...spec, medium: 'memory', maxEntries }
}

function commonSpec({ name, key, value, options }: MaterializedStore) {
  const isPlain = (options as { readonly values?: string }).values === 'plain'
  return {
    name,
    key,
    value,
    caching: options.caching ?? ('enabled' as const),
    ...mediumAndChangelog(options),
    supplier: isPlain ? ('plain' as const) : options.supplier,
  }
}

/** The store of a table. It keeps versions if the user gave a versioned store. */
export function tableSpec(store: MaterializedStore): StoreSpec {
  checkKind(store, ['key-value', 'versioned'])
  if (!isVersionedStore(store.options)) return keyValueSpec(store)
  const { historyRetentionMs, segmentIntervalMs } = store.options
  return {
    ...commonSpec(store),
    kind: 'versioned',
    values: 'plain',
    caching: 'disabled',
    historyRetentionMs,
    segmentIntervalMs,
  }
}

/**
 * Whether an operator's options make its table versioned. Undefined without options: the parents then decide. As in Java, options
 * count even if they name no store: serdes alone make the table unversioned, so that operators below do not recognize late
 * updates.
 */
export function versionsOf(options: MaterializedOptions | undefined): Versions | undefined {
  if (options === undefined) return undefined
  return isVersionedStore(options) ? 'kept' : 'none'
}

function isVersionedStore(
  options: MaterializedOptions,
): options is MaterializedOptions & VersionedKeyValueStoreSpec<unknown, unknown> {
  return options.kind === 'versioned'
}

/** The types forbid this, too. The check is for callers without types. */
function checkKind({ name, options: { kind } }: MaterializedStore, kinds: readonly StoreSpec['kind'][]): void {
  if (kind === undefined || kinds.includes(kind)) return
  const expected = kinds.join(' or ')
  const message = `The store ${name} is a ${kind} store: this operator needs a ${expected} store, or options without a kind.`
  throw new TopologyError('STREAMS_WRONG_STORE_KIND', message, { facts: { store: name, kind, expected } })
}

/**
 * The store of an aggregation in windows of time. If its retention did not cover size and grace, windows would be deleted before
 * they close.
 */
export function windowSpec(
  store: MaterializedStore,
  windows: WindowsOfTime,
  emit: EmitStrategy,
): WindowStoreSpec<unknown, unknown> {
  checkKind(store, ['window'])
  const { options } = store
  const { windowSizeMs, livesMs, neededMs } = lifeOf(windows)
  const isStoreValue = options.kind === 'window'
  const retentionMs = (isStoreValue ? options.changelogRetentionMs : options.retentionMs) ?? livesMs
  checkRetention(store, retentionMs, livesMs)
  const spec = {
    ...commonSpec(store),
    ...closing(windows, emit, store),
    kind: 'window' as const,
    values: 'timestamped' as const,
    retentionMs: Math.max(retentionMs, neededMs),
    supplied: { retentionMs, windowSizeMs },
    changelogRetentionMs: retentionMs,
    windowSizeMs,
    duplicates: 'replace' as const,
    expiry: 'default' as const,
  }
  return isStoreValue ? { ...spec, ...ofStoreValue(options, spec.retentionMs) } : spec
}

/** A store value has its own retention and expiry. Its rows are ordered by key first. */
function ofStoreValue(options: MaterializedOptions, leastMs: number) {
  const { retentionMs, windowSizeMs, expiry } = options as WindowStoreSpec<unknown, unknown>
  return {
    retentionMs: Math.max(retentionMs, leastMs),
    supplied: { retentionMs, windowSizeMs },
    expiry,
    layout: 'key-first' as const,
  }
}

/**
 * The store of an aggregation in sessions. If its retention did not cover gap and grace, sessions would be deleted before they
 * close. A store deletes a session that is exactly as old as the retention, but a session of that age is still open: the store
 * therefore retains it for one more millisecond. A store value has its own retention; the changelog's retention still follows
 * from the windows, as in Java. Sessions that are emitted on close have no cache.
 */
export function sessionSpec(
  store: MaterializedStore,
  { gapMs, graceMs }: SessionWindows,
  emit: EmitStrategy,
): SessionStoreSpec<unknown, unknown> {
  checkKind(store, ['session'])
  const livesMs = gapMs + graceMs
  const { kind, retentionMs = livesMs } = store.options
  const changelogRetentionMs = kind === 'session' ? (store.options.changelogRetentionMs ?? livesMs) : retentionMs
  checkRetention(store, changelogRetentionMs, livesMs)
  const { caching, supplier: _, ...spec } = commonSpec(store)
  return {
    ...spec,
    kind: 'session',
    values: 'plain',
    caching: emit === 'on-window-close' ? 'disabled' : caching,
    retentionMs: Math.max(retentionMs, livesMs + 1),
    supplied: { retentionMs },
    changelogRetentionMs,
    expiry: (store.options as { expiry?: WindowExpiry }).expiry ?? 'default',
    emit,
  }
}

function checkRetention({ name }: MaterializedStore, retentionMs: number, livesMs: number): void {
  if (retentionMs >= livesMs) return
  throw new TopologyError(
    'STREAMS_RETENTION_TOO_SMALL',
    `Store ${name} keeps windows for ${retentionMs} ms, its windows live ${livesMs} ms: raise retentionMs.`,
    { facts: { store: name, retentionMs, livesMs } },
  )
}

interface WindowLife {
  readonly windowSizeMs: number
  /** The least retention that Java accepts. */
  readonly livesMs: number
  /** The least retention with which the store still has each window that the operator looks for. */
  readonly neededMs: number
}

/**
 * With sliding windows a record looks for windows that began up to two differences before it, and the record itself may be late
 * by grace and difference. A store deletes a window that is exactly as old as its retention: hence the additional millisecond.
 */
function lifeOf(windows: WindowsOfTime): WindowLife {
  const { graceMs } = windows
  if (!(windows instanceof SlidingWindows)) {
    const livesMs = windows.sizeMs + graceMs
    return { windowSizeMs: windows.sizeMs, livesMs, neededMs: livesMs }
  }
  const { differenceMs } = windows
  return { windowSizeMs: differenceMs, livesMs: 2 * differenceMs + graceMs, neededMs: 3 * differenceMs + graceMs + 1 }
}

/** As in Java, emission on close needs a store that is ordered by time first. For sliding windows that store has no cache. */
function closing(windows: WindowsOfTime, emit: EmitStrategy, { options }: MaterializedStore) {
  const isSliding = windows instanceof SlidingWindows
  if (emit === 'on-window-update') return { emit, layout: 'key-first' as const }
  return {
    emit,
    layout: isSliding ? ('time-first-indexed' as const) : ('time-first' as const),
    caching: isSliding ? ('disabled' as const) : (options.caching ?? 'enabled'),
  }
}
