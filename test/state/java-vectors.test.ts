import { readFileSync } from 'node:fs'
import t from 'tap'
import { firstWindowStart } from '../../lib/processor/aggregate/kstream-window-aggregate.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import type { KeyValue } from '../../lib/model/key-value.ts'
import type { TimestampedKeyValueStore } from '../../lib/state/key-value/key-value-store.ts'
import { timestampedKeyValueStore, timestampedWindowStore } from '../../lib/state/stores.ts'
import type { StateStore } from '../../lib/state/state-store.ts'
import type { TimestampedWindowStore, WindowEntry, WindowedEntry } from '../../lib/state/window/window-store.ts'
import type { ValueAndTimestamp } from '../../lib/model/value-and-timestamp.ts'
import { MemoryStorageFactory } from '../../lib/storage/memory/memory-storage.ts'
import { open, storeTask } from './store-fixture.ts'

/**
 * What Java answered to reads of its stores between records. The stores are filled here as `groupByKey().aggregate("", concat)` fills
 * them, so that nothing but the stores is tested; session and sliding windows have stores or operators of their own.
 */

type Value = ValueAndTimestamp<string>
type Table = TimestampedKeyValueStore<string, string> & StateStore
type Windows = TimestampedWindowStore<string, string> & StateStore
type Read = (method: string, ...args: never[]) => unknown

interface TimeWindow {
  readonly type: string
  readonly size: number
  readonly advance?: number
  readonly grace?: number
}

interface Vector {
  readonly id: string
  readonly config?: { readonly cache?: number; readonly stores?: string }
  readonly topo: readonly { readonly op: string; readonly window?: TimeWindow; readonly mat?: { readonly name: string } }[]
  readonly in: readonly (readonly unknown[])[]
  readonly out: readonly (readonly unknown[])[]
}

interface Filled {
  put(key: string, value: string | null, timestamp: number): void
  readonly read: Read
  readonly store: StateStore
}

const vectors = readFileSync(new URL('../vectors/store-reads.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Vector)

const serdes = { key: Serdes.string, value: Serdes.string, caching: 'enabled' } as const
const cell = (found: Value | null) => found && [found.value, found.timestamp]

function appended(old: Value | null, value: string | null, timestamp: number): Value {
  return { value: `${old?.value ?? ''}${value}`, timestamp: Math.max(timestamp, old?.timestamp ?? timestamp) }
}

function table(name: string, task: ReturnType<typeof storeTask>): Filled {
  const store = open<Table>(timestampedKeyValueStore(name, serdes), task)
  const read = (method: string, ...args: unknown[]): unknown => {
    if (method === 'get') return cell(store.get(args[0] as string))
    if (method === 'approximateNumEntries') return store.approximateNumEntries()
    const reads = store as unknown as Record<string, (...args: unknown[]) => Iterable<KeyValue<string, Value>>>
    const rows = method === 'prefixScan' ? store.prefixScan(Buffer.from(args[0] as string)) : reads[method]!(...args)
    return [...rows].map(({ key, value }) => [key, value.value, value.timestamp])
  }
  const put = (key: string, value: string | null, timestamp: number): void => {
    if (value !== null) store.put(key, appended(store.get(key), value, timestamp))
  }
  return { store, read, put }
}

function windows(name: string, { size, advance = size, grace = 0 }: TimeWindow, task: ReturnType<typeof storeTask>): Filled {
  const store = open<Windows>(timestampedWindowStore(name, { ...serdes, windowSizeMs: size, retentionMs: size + grace }), task)
  const read = (method: string, ...args: unknown[]): unknown => {
    if (method === 'fetch' && args.length === 2) return cell(store.fetchOne(args[0] as string, args[1] as number))
    const reads = store as unknown as Record<
      string,
      (...args: unknown[]) => Iterable<WindowEntry<Value> | WindowedEntry<string, Value>>
    >
    const named = args.length === 4 ? `${method}Range` : method
    return [...reads[named]!(...args)].map((entry) =>
      'key' in entry
        ? [entry.key.key, entry.key.startMs, entry.value.value, entry.value.timestamp]
        : [entry.startMs, entry.value.value, entry.value.timestamp],
    )
  }
  let streamTime = -1
  const put = (key: string, value: string | null, timestamp: number): void => {
    streamTime = Math.max(streamTime, timestamp)
    const first = firstWindowStart(timestamp, { sizeMs: size, advanceMs: advance, graceMs: grace })
    for (let start = first; start <= timestamp; start += advance)
      if (start + size > streamTime - grace) store.put(key, appended(store.fetchOne(key, start), value, timestamp), start)
  }
  return { store, read, put }
}

/** RocksDB's estimate counts overwrites that it has not compacted yet; ours does not. */
function isEstimate({ config }: Vector, input: readonly unknown[]): boolean {
  return config?.stores === 'rocks' && input[2] === 'approximateNumEntries'
}

const covered = vectors.filter(({ topo }) => topo.every(({ window }) => window === undefined || window.type === 'time'))
t.equal(covered.length, 41)

for (const vector of covered)
  t.test(vector.id, async (t) => {
    const medium = vector.config?.stores === 'rocks' ? 'disk' : 'memory'
    const storage = new MemoryStorageFactory().open('app')
    const task = storeTask({ storage, medium, cacheBytes: vector.config?.cache ?? 0, compatibility: 'java' })
    const window = vector.topo.find((step) => step.window !== undefined)?.window
    const name = vector.topo.at(-1)!.mat!.name
    const filled = window === undefined ? table(name, task) : windows(name, window, task)
    for (const [at, input] of vector.in.entries()) {
      if (input[0] === '!store') {
        if (isEstimate(vector, input)) continue
        const answer = filled.read(input[2] as string, ...(input.slice(3) as never[]))
        t.strictSame(answer, vector.out[at]![0], JSON.stringify(input))
        continue
      }
      const [, key, value, timestamp] = input as [string, string | null, string | null, number]
      task.at(timestamp)
      if (key !== null) filled.put(key, value, timestamp)
      filled.store.flush()
      filled.store.commit()
    }
  })
