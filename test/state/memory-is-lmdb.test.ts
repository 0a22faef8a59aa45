import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { Serdes } from '../../lib/serde/serdes.ts'
import type { KeyValueStore } from '../../lib/state/key-value-store.ts'
import type { StateStore } from '../../lib/state/state-store.ts'
import { keyValueStore, windowStore } from '../../lib/state/stores.ts'
import type { WindowStore } from '../../lib/state/window-store.ts'
import { openLmdbStorage } from '../../lib/storage/lmdb/open-lmdb-storage.ts'
import { MemoryStorageFactory } from '../../lib/storage/memory/memory-storage.ts'
import { checkpoint, open, storeTask } from './store-fixture.ts'
import { runs } from '../laws/runs.ts'

const dir = mkdtempSync(join(tmpdir(), 'millrace-laws-'))
const disk = (await openLmdbStorage(dir)).open('app')
const memory = new MemoryStorageFactory().open('app')
t.teardown(() => {
  disk.close()
  rmSync(dir, { recursive: true, force: true })
})

const serdes = { key: Serdes.string, value: Serdes.string } as const
const key = fc.oneof(
  fc.constantFrom('', 'a', 'a\0', 'ab', 'b'),
  fc.constantFrom('1', '2', '3').map((end) => 'long'.repeat(600) + end),
)
const optional = fc.option(fc.string({ maxLength: 2 }), { freq: 4 })
const write = fc.record({
  do: fc.constant('put' as const),
  key,
  value: optional,
  start: fc.nat(30).map((start) => start * 10_000),
})
const read = fc.record({ do: fc.constant('read' as const), from: fc.option(key), to: fc.option(key), start: fc.nat(300_000) })
const move = fc.record({ do: fc.constantFrom('flush' as const, 'commit' as const, 'checkpoint' as const) })
const steps = fc.array(
  fc.oneof({ weight: 6, arbitrary: write }, { weight: 2, arbitrary: read }, { weight: 2, arbitrary: move }),
  { maxLength: 60, size: 'max' },
)
const caching = fc.constantFrom('enabled' as const, 'disabled' as const)

type Step = typeof steps extends fc.Arbitrary<(infer S)[]> ? S : never

/** Cached on disk, uncached in memory: flushed before reads of windows, whose cache may show what has expired below it, as Java's does. */
function moved(store: StateStore, step: Step): void {
  if (step.do === 'flush') store.flush()
  if (step.do === 'commit') store.commit()
  if (step.do === 'checkpoint') checkpoint(store, disk)
}

t.test('a key-value store in memory and one on LMDB answer alike', async (t) => {
  type Store = KeyValueStore<string, string> & StateStore
  let run = 0
  const law = fc.property(steps, caching, (steps, caching) => {
    const name = `s${run++}`
    const task = storeTask({ storage: disk, medium: 'disk', cacheBytes: 2_000 })
    const plain = open<Store>(keyValueStore(name, serdes), storeTask({ storage: memory, medium: 'memory' }))
    const stored = open<Store>(keyValueStore(name, { ...serdes, caching }), task)
    const reads = (store: Store, step: Step & { do: 'read' }) =>
      [
        store.range(step.from, step.to),
        store.reverseRange(step.from, step.to),
        store.all(),
        store.prefixScan(Buffer.from(step.from ?? '')),
      ]
        .map((rows) => JSON.stringify([...rows]))
        .join() + String(store.get(step.from ?? ''))
    for (const step of steps) {
      moved(stored, step)
      if (step.do === 'put') for (const store of [plain, stored]) store.put(step.key, step.value)
      if (step.do === 'read' && reads(plain, step) !== reads(stored, step)) return false
    }
    stored.close()
    disk.drop([name])
    return true
  })
  t.doesNotThrow(() => fc.assert(law, runs(150)))
})

t.test('a window store in memory and one on LMDB answer alike', async (t) => {
  type Store = WindowStore<string, string> & StateStore
  let run = 0
  const kinds = fc.record({
    expiry: fc.constantFrom('exact' as const, 'segmented' as const),
    duplicates: fc.constantFrom('keep' as const, 'replace' as const),
  })
  const law = fc.property(steps, kinds, (steps, kind) => {
    const spec = windowStore(`w${run++}`, { ...serdes, ...kind, retentionMs: 150_000, windowSizeMs: 10 })
    const tasks = [storeTask({ storage: memory, medium: 'memory' }), storeTask({ storage: disk, medium: 'disk' })] as const
    const plain = open<Store>(spec, tasks[0])
    const stored = open<Store>(spec, tasks[1])
    const reads = (store: Store, { from, to, start }: Step & { do: 'read' }) =>
      [
        store.fetch(from ?? 'a', 0, start),
        store.backwardFetch(from ?? 'a', start, Infinity),
        store.fetchRange(from, to, 0, start),
        store.backwardFetchRange(from, to, start, Infinity),
        store.all(),
      ]
        .map((rows: Iterable<unknown>) => JSON.stringify([...rows]))
        .join()
    for (const step of steps) {
      moved(stored, step)
      if (step.do === 'put') for (const store of [plain, stored]) store.put(step.key, step.value, step.start)
      if (step.do === 'read' && reads(plain, step) !== reads(stored, step)) return false
    }
    disk.drop(disk.tables().filter((table) => table.startsWith(spec.name)))
    return tasks[0].dropped.total === tasks[1].dropped.total
  })
  t.doesNotThrow(() => fc.assert(law, runs(150)))
})
