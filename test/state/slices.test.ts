import fc from 'fast-check'
import t from 'tap'
import { Serdes } from '../../lib/serde/serdes.ts'
import { windowStore } from '../../lib/state/stores.ts'
import type { StateStore } from '../../lib/state/state-store.ts'
import {
  firstWindowOf,
  sliceStart,
  windowStartAt,
  windowStartFrom,
  withRecord,
  type Slice,
} from '../../lib/state/window/slice.ts'
import { sliceSerde, valuesInSlice } from '../../lib/state/window/slice-serde.ts'
import type { SlicedWindowStore } from '../../lib/state/window/sliced-window-store.ts'
import { MemoryStorageFactory } from '../../lib/storage/memory/memory-storage.ts'
import { open, shownLog, storeTask } from './store-fixture.ts'

const windows = fc
  .record({ sizeMs: fc.integer({ min: 2, max: 40 }), advance: fc.integer({ min: 1, max: 39 }) })
  .map(({ sizeMs, advance }) => ({ sizeMs, advanceMs: Math.min(advance, sizeMs - 1) }))

t.test('the records of a slice are in the same windows, and those of the next slice are not', async (t) => {
  const law = fc.property(windows, fc.nat(200), (hopping, timestamp) => {
    const windowsOf = (time: number): string => `${firstWindowOf(time, hopping)} to ${windowStartAt(time, hopping)}`
    const startMs = sliceStart(timestamp, hopping)
    // Before that no window ends.
    const before = startMs < hopping.sizeMs ? '' : windowsOf(startMs - 1)
    return startMs <= timestamp && windowsOf(startMs) === windowsOf(timestamp) && before !== windowsOf(timestamp)
  })
  t.doesNotThrow(() => fc.assert(law))
})

t.test('starts of windows, before and behind a time', async (t) => {
  const hopping = { sizeMs: 10, advanceMs: 4 }
  t.same(
    [0, 3, 4, 5].map((time) => windowStartAt(time, hopping)),
    [0, 0, 4, 4],
  )
  t.same(
    [0, 3, 4, 5].map((time) => windowStartFrom(time, hopping)),
    [0, 4, 4, 8],
  )
  t.same(
    [0, 2, 4, 6, 7].map((time) => sliceStart(time, hopping)),
    [0, 2, 4, 6, 6],
    'windows end at 10, 14 …',
  )
})

t.test('a slice has a part for each time from which windows take records', async (t) => {
  const add = (slice: Slice<string> | null, fromMs: number, timestamp: number, letter: string) =>
    withRecord(slice, fromMs, timestamp, (letters) => (letters ?? '') + letter)
  const whole = add(add(null, 0, 7, 'a'), 0, 5, 'b')
  t.same(whole, [{ fromMs: 0, timestamp: 7, value: 'ab' }])
  const parts = add(add(whole, 4, 6, 'c'), 4, 8, 'd')
  t.same(parts, [
    { fromMs: 0, timestamp: 7, value: 'ab' },
    { fromMs: 4, timestamp: 8, value: 'cd' },
  ])
  t.same(add(parts, 0, 9, 'e').toSorted((left, right) => left.fromMs - right.fromMs)[0], {
    fromMs: 0,
    timestamp: 9,
    value: 'abe',
  })
})

const context = { topic: 'app-s-slices-changelog', component: 'value', headers: [] } as const

t.test('the serde reads what it has written, and nothing else', async (t) => {
  const serde = sliceSerde(Serdes.string)
  const part = fc.record({ fromMs: fc.nat(), timestamp: fc.nat(), value: fc.string() })
  const slices = fc.oneof(
    fc.array(part, { minLength: 1, maxLength: 3 }),
    part.map((whole) => [{ ...whole, fromMs: 0 }]),
  )
  const law = fc.property(slices, (slice) => {
    const bytes = serde.serialize(slice, context)
    t.same(serde.deserialize(bytes, context), slice)
    t.same(
      valuesInSlice(bytes).map(String),
      slice.map(({ value }) => value),
    )
  })
  t.doesNotThrow(() => fc.assert(law))
  for (const bytes of [[], [7, 0], [0, 1], [1], [1, 0]])
    t.throws(() => serde.deserialize(Buffer.from(bytes), context), { code: 'STREAMS_DESERIALIZATION' })
})

type Slices = SlicedWindowStore<string, string> & StateStore

function openSlices(cacheBytes: number) {
  const spec = {
    ...windowStore('s', { key: Serdes.string, value: Serdes.string, retentionMs: 60_000, windowSizeMs: 10 }),
    values: 'timestamped',
    caching: 'enabled',
    slicing: { advanceMs: 4, merger: (left: string, right: string) => left + right },
  }
  const task = storeTask({ storage: new MemoryStorageFactory().open('app'), medium: 'memory', cacheBytes })
  const store = open<Slices>(spec, task)
  const add = (key: string, timestamp: number, letter: string, fromMs = 0): void => {
    task.at(timestamp)
    store.update(
      key,
      timestamp,
      Math.max(fromMs, firstWindowOf(timestamp, { sizeMs: 10, advanceMs: 4 })),
      (all) => (all ?? '') + letter,
    )
  }
  return { store, task, add }
}

t.test('a record is written once, and read in each of its windows', async (t) => {
  const { store, task, add } = openSlices(0)
  add('a', 9, 'x')
  add('a', 13, 'y')
  add('b', 9, 'z')
  add('a', 9, 'w', 8)
  t.equal(task.log.length, 4)
  t.match(shownLog(task.log)[0], /^a/)
  const shown = [...store.all()].map(
    ({ key, value }) => `${key.key}@${key.startMs}-${key.endMs}=${value.value}@${value.timestamp}`,
  )
  t.same(shown, ['a@0-10=x@9', 'b@0-10=z@9', 'a@4-14=xy@13', 'b@4-14=z@9', 'a@8-18=xyw@13', 'b@8-18=z@9', 'a@12-22=y@13'])
  t.same(store.fetchOne('a', 8), { value: 'xyw', timestamp: 13 })
  t.equal(store.fetchOne('a', 16), null)
  t.equal(store.fetchOne('a', 5), null, 'no window starts there')
})

t.test('pages go on where the last one ended, whatever was read', async (t) => {
  const { store, add } = openSlices(1_000_000)
  for (const [index, letter] of [...'abcdef'].entries()) add(index % 2 === 0 ? 'k' : 'kk', index * 7, letter)
  const reads: readonly ((after?: string) => IterableIterator<unknown> & { position?: string })[] = [
    (after) => store.all(after),
    (after) => store.backwardAll(after),
    (after) => store.fetch('k', 0, 100, after),
    (after) => store.backwardFetch('k', 3, 30, after),
    (after) => store.fetchRange('k', 'kk', 5, 25, after),
    (after) => store.backwardFetchRange(null, 'k', 5, 25, after),
  ]
  for (const read of reads) {
    const whole = [...read()]
    const rows: unknown[] = []
    for (let after: string | undefined; ;) {
      const page = read(after)
      const step = page.next()
      if (step.done === true) break
      rows.push(step.value)
      after = page.position
      page.return?.()
    }
    t.same(rows, whole)
    t.ok(whole.length > 2)
  }
})

t.test(
  'held back by a cache, each window is emitted once, with its last record, also where the store has forgotten it',
  async (t) => {
    const { store, task, add } = openSlices(1_000_000)
    const emitted: string[] = []
    store.setFlushListener(({ key, startMs }, { newValue, oldValue }, timestamp) => {
      emitted.push(
        `${key}@${startMs} ${oldValue as string} → ${newValue as string} @${timestamp} of ${task.context.recordContext().offset}`,
      )
    }, 'send')
    add('a', 9, 'x')
    add('a', 13, 'y')
    t.same(emitted, [])
    store.flush()
    t.same(emitted.splice(0), [
      'a@0 null → x @9 of 1',
      'a@4 null → xy @13 of 2',
      'a@8 null → xy @13 of 2',
      'a@12 null → y @13 of 2',
    ])
    store.flush()
    t.same(emitted, [])
    add('a', 15, 'z')
    add('a', 9_000_000, 'far')
    add('a', 15, 'too late')
    t.equal(task.dropped.total, 2, 'of two windows that the store has forgotten')
    t.equal([...store.all()].length, 3)
    t.same(emitted, [])
    store.flush()
    t.same(emitted.splice(0).slice(0, 3), ['a@8 xy → xyz @15 of 3', 'a@12 y → yz @15 of 3', 'a@8999992 null → far @9000000 of 4'])
  },
)

t.test('what waits counts for the cache, which has it emitted when it is full', async (t) => {
  const { store, task, add } = openSlices(5_000)
  let emitted = 0
  store.setFlushListener(() => emitted++, 'omit')
  for (let index = 0; index < 100; index++) add(`key ${index}`, 9, 'x')
  t.ok(emitted > 100, `${emitted}`)
  t.ok(task.context.cache.bytes <= 5_000)
  store.flush()
  t.equal(emitted, 300)
  store.close()
  t.equal(task.context.cache.bytes, 0)
})
