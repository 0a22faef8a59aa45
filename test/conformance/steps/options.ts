import type { BufferConfig, ChangelogOption, StoreSpec, StrictBufferConfig } from 'millrace'
import {
  JoinWindows,
  keyValueStore,
  sessionStore,
  Suppressed,
  timestampedKeyValueStore,
  timestampedWindowStore,
  versionedKeyValueStore,
  windowStore,
} from 'millrace'
import { taking, type Args } from '../scenario/args.ts'
import { Unsupported } from '../scenario/scenario.ts'
import { optionalSerde } from '../scenario/serde-names.ts'
import { named, options, type Building } from './handles.ts'
import { extractor, partitioner } from './functions.ts'

// Option objects of a scenario as option objects of the DSL.

/** A step without options calls the DSL without them. */
export function optional<T>(step: Args, name: string, read: (args: Args) => T): T | undefined {
  const args = step.optional(name)
  return args === undefined ? undefined : taking(args, read)
}

export function consumed(step: Args): { readonly serdes: object; readonly consumed: object | undefined } {
  let serdes = {}
  const found = optional(step, 'consumed', (args) => {
    serdes = serdesOf(args)
    const reset = args.optionalString('reset')
    const timestampExtractor = args.has('extractor') ? extractor(args.string('extractor')) : undefined
    return options({ name: args.optionalString('name'), offsetReset: reset, timestampExtractor })
  })
  return { serdes, consumed: found }
}

export function serdesOf(args: Args): object {
  return options({ key: optionalSerde(args.take('key')), value: optionalSerde(args.take('value')) })
}

export function grouped(step: Args): object | undefined {
  return optional(step, 'grouped', (args) => ({ ...serdesOf(args), ...options({ name: args.optionalString('name') }) }))
}

export function repartitioned(step: Args): object | undefined {
  return optional(step, 'repartitioned', (args) => ({
    ...serdesOf(args),
    ...options({
      name: args.optionalString('name'),
      partitions: args.optionalNumber('partitions'),
      partitioner: args.has('partitioner') ? partitioner(args.string('partitioner')) : undefined,
    }),
  }))
}

export function joined(step: Args): object | undefined {
  return optional(step, 'joined', (args) => {
    args.take('other') // The table's serde: the table has its own.
    return { ...serdesOf(args), ...options({ name: args.optionalString('name'), graceMs: args.optionalNumber('grace') }) }
  })
}

export function joinWindows(args: Args): JoinWindows {
  const graceMs = args.optionalNumber('grace')
  if (args.has('legacy')) return JoinWindows.eager(options({ timeDifferenceMs: args.number('legacy'), graceMs }))
  return JoinWindows.of({ beforeMs: args.number('before'), afterMs: args.number('after'), ...options({ graceMs }) })
}

export function streamJoined(step: Args, building: Building): object | undefined {
  return optional(step, 'streamJoined', (args) => {
    const type = args.optionalString('storeType')
    const store = (name: string): StoreSpec | undefined => (args.has(name) ? storeSpec(args.object(name), building) : undefined)
    return {
      ...serdesOf(args),
      ...options({
        otherValue: optionalSerde(args.take('other')),
        name: args.optionalString('name'),
        store: options({
          name: args.optionalString('storeName'),
          changelog: changelog(args),
          medium: type === undefined ? undefined : medium(type),
        }),
        thisStore: store('thisStore'),
        otherStore: store('otherStore'),
      }),
    }
  })
}

export function tableJoined(step: Args): object | undefined {
  const chosen = (args: Args, name: string): unknown => (args.has(name) ? partitioner(args.string(name)) : undefined)
  return optional(step, 'tableJoined', (args) =>
    options({
      name: args.optionalString('name'),
      partitioner: chosen(args, 'partitioner'),
      otherPartitioner: chosen(args, 'otherPartitioner'),
    }),
  )
}

export function suppressed(step: Args): unknown {
  const buffer = optional(step, 'buffer', (args) => {
    const full = args.optionalString('full')
    return options({
      maxRecords: args.optionalNumber('maxRecords'),
      maxBytes: args.optionalNumber('maxBytes'),
      whenFull: full === undefined ? undefined : full === 'shutDown' ? 'shut-down' : 'emit-early',
      changelog: changelog(args),
    })
  })
  if (step.string('until') === 'windowCloses') return Suppressed.untilWindowCloses(buffer as StrictBufferConfig | undefined)
  return Suppressed.untilTimeLimit(step.number('limit'), buffer as BufferConfig | undefined)
}

/** Node name and store of a table; nothing where the step says nothing of either. */
export function tableOptions(step: Args): object | undefined {
  return merged(named(step), materialized(step))
}

/** The one bag of a call that Java gives several. */
export function merged(...bags: readonly (object | undefined)[]): object | undefined {
  return bags.every((bag) => bag === undefined) ? undefined : Object.assign({}, ...bags)
}

function materialized(step: Args): object | undefined {
  return optional(step, 'mat', (args) => {
    const { storeName, ...store }: SuppliedStore = args.has('supplier')
      ? supplied(args.object('supplier'))
      : { storeName: args.optionalString('name') }
    const type = args.optionalString('storeType')
    const caching = args.has('caching') ? enabled(args.flag('caching')) : undefined
    const chosen = {
      ...store,
      ...options({
        name: storeName,
        caching: store['kind'] === 'versioned' ? ('disabled' as const) : caching,
        changelog: changelog(args),
        [isWindowed(store['kind']) ? 'changelogRetentionMs' : 'retentionMs']: args.optionalNumber('retention'),
        medium: type === undefined ? undefined : medium(type),
      }),
    }
    return { ...serdesOf(args), store: chosen }
  })
}

function isWindowed(kind: unknown): boolean {
  return kind === 'window' || kind === 'session'
}

interface SuppliedStore {
  readonly storeName: string | undefined
  readonly [option: string]: unknown
}

function supplied(args: Args): SuppliedStore {
  return taking(args, () => {
    const { name, ...kind } = storeKind(args)
    return { storeName: name, ...kind }
  })
}

function enabled(flag: boolean): 'enabled' | 'disabled' {
  return flag ? 'enabled' : 'disabled'
}

function medium(type: string): 'memory' | 'disk' {
  return type === 'rocks' ? 'disk' : 'memory'
}

function changelog(args: Args): ChangelogOption | undefined {
  const logging = args.take('logging')
  if (logging === undefined || logging === true) return undefined
  return logging === false ? 'disabled' : { config: logging as Readonly<Record<string, string>> }
}

/** A supplier of Java's as options of the DSL. */
function storeKind(args: Args): { readonly name: string; readonly [option: string]: unknown } {
  const [type, name] = [args.string('type'), args.string('name')]
  if (type === 'session' || type === 'memSession')
    return {
      ...sessionStore(name, {
        medium: type === 'session' ? 'disk' : 'memory',
        caching: 'enabled',
        retentionMs: args.number('retention'),
      }),
    }
  if (type === 'versioned') return { ...versionedKeyValueStore(name, versioned(args, { medium: 'disk' as const })) }
  const where = { medium: mediumOfSupplier(type), supplier: supplierOf(type) }
  if (type === 'lru') return { name, ...where, maxEntries: args.number('max') }
  if (keyValueSuppliers.has(type)) return { name, ...where }
  if (!windowSuppliers.has(type)) throw new Unsupported(`store supplier ${type}`)
  const { duplicates, ...sizes } = windowSizes(args)
  if (duplicates === 'keep') throw new Unsupported('an aggregate in a store with duplicates')
  return { ...timestampedWindowStore(name, { ...where, ...sizes, caching: 'enabled' }) }
}

const keyValueSuppliers = new Set(['kv', 'tkv', 'memKv', 'lru'])
const windowSuppliers = new Set(['window', 'twindow', 'memWindow'])

function mediumOfSupplier(type: string): 'memory' | 'disk' {
  return type.startsWith('mem') || type === 'lru' ? 'memory' : 'disk'
}

function supplierOf(type: string): 'plain' | 'timestamped' {
  return type === 'kv' || type === 'window' ? 'plain' : 'timestamped'
}

/** A store spec of a scenario, as a store value. */
export function storeSpec(args: Args, building: Building): StoreSpec {
  return taking(args, () => {
    const [type, name] = [args.string('type'), args.string('name')]
    const values = args.flag('timestamped') ? 'timestamped' : 'plain'
    building.faces.declare(name, values)
    const common = {
      ...serdesOf(args),
      ...options({
        medium: mediumOfSupplier(type),
        caching: args.has('caching') ? enabled(args.flag('caching')) : ('disabled' as const),
        changelog: changelog(args),
      }),
    }
    if (type === 'versioned') {
      const { caching: _, ...uncached } = common
      return versionedKeyValueStore(name, versioned(args, uncached))
    }
    const supplier = supplierOf(type)
    if (keyValueSuppliers.has(type)) {
      const store = { ...common, ...options({ maxEntries: args.optionalNumber('max') }) }
      return values === 'plain' ? keyValueStore(name, store) : timestampedKeyValueStore(name, { ...store, supplier })
    }
    if (windowSuppliers.has(type)) {
      const store = { ...common, ...windowSizes(args) }
      return values === 'plain' ? windowStore(name, store) : timestampedWindowStore(name, { ...store, supplier })
    }
    if (type === 'session' || type === 'memSession')
      return sessionStore(name, { ...common, retentionMs: args.number('retention') })
    throw new Unsupported(`store type ${type}`)
  })
}

/** Java has these on disk only, and never caches them. */
function versioned<T extends object>(args: Args, common: T) {
  const segmentIntervalMs = args.optionalNumber('segment')
  return {
    ...common,
    historyRetentionMs: args.number('history'),
    ...(segmentIntervalMs === undefined ? {} : { segmentIntervalMs }),
  }
}

function windowSizes(args: Args): { retentionMs: number; windowSizeMs: number; duplicates: 'keep' | 'replace' } {
  return {
    retentionMs: args.number('retention'),
    windowSizeMs: args.number('size'),
    duplicates: args.flag('duplicates') ? 'keep' : 'replace',
  }
}
