import { deepEqual, equal } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { ByteKey } from '../../lib/kernel/byte-key.ts'
import { latin1 } from '../../lib/model/bytes.ts'
import { RowView } from '../../lib/state/key-value/row-view.ts'
import type { ViewFormat } from '../../lib/state/key-value/view-codec.ts'
import { RecordCacheBudget } from '../../lib/state/layers/record-cache-budget.ts'
import { TableBuffer } from '../../lib/state/layers/table-buffer.ts'
import { MemoryStorageFactory } from '../../lib/storage/memory/memory-storage.ts'
import type { StorageTable, StorageWrite } from '../../lib/storage/storage.ts'
import { runs } from '../laws/runs.ts'

type Shown = readonly [value: string, timestamp: number]

const timed: ViewFormat = { headBytes: 8, untimed: 0 }

const keys = fc.oneof(
  { weight: 5, arbitrary: fc.nat(40).map((number) => `key-${number}`) },
  { weight: 1, arbitrary: fc.constantFrom('', '\0', 'ÿÿ', 'key') },
)
const values = fc.option(
  fc.nat(60).map((length) => 'v'.repeat(length)),
  { freq: 4, nil: null },
)
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ put: fc.array(fc.tuple(keys, values), { minLength: 1, maxLength: 12 }) }) },
  { weight: 4, arbitrary: fc.record({ get: fc.array(keys, { minLength: 1, maxLength: 8 }) }) },
  { weight: 2, arbitrary: fc.record({ commit: fc.constant(true) }) },
  { weight: 2, arbitrary: fc.record({ rollBack: fc.constant(true) }) },
  { weight: 2, arbitrary: fc.record({ checkpoint: fc.constantFrom('stored', 'full') }) },
  { weight: 2, arbitrary: fc.record({ scan: fc.option(keys), reverse: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ close: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ crash: fc.constant(true) }) },
)

const key = (text: string): ByteKey => new ByteKey().set(Buffer.from(`?${text}?`, 'latin1'), 1, text.length)
const view = (value: string, timestamp: number): RowView =>
  new RowView().set(Buffer.from(`?${value}`, 'latin1'), 1, value.length, timestamp)

function shown(row: RowView | null): Shown | undefined {
  return row === null ? undefined : [latin1(row.slice()), row.timestamp]
}

function sorted(rows: ReadonlyMap<string, Shown>, from: string | null, reverse: boolean): unknown[] {
  const found = [...rows].filter(([name]) => from === null || name >= from).sort(([left], [right]) => (left < right ? -1 : 1))
  return (reverse ? found.reverse() : found).map(([name, [value, timestamp]]) => [name, value, timestamp])
}

function stored(table: StorageTable): Map<string, Shown> {
  return new Map(
    [...table.iterate({})].map(({ key, value }) => [latin1(key), [latin1(value.subarray(8)), Buffer.from(value).readInt32BE(4)]]),
  )
}

/** `keptBytes` undefined: no clean rows are kept. */
function law(keptBytes: number | undefined): fc.IProperty<[unknown]> {
  return fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
    const environment = new MemoryStorageFactory().open('task')
    const table = environment.table('s')
    const open = (): TableBuffer =>
      new TableBuffer(table, timed, keptBytes === undefined ? undefined : new RecordCacheBudget(keptBytes))
    let rows = open()
    let [newest, committed, durable] = [new Map<string, Shown>(), new Map<string, Shown>(), new Map<string, Shown>()]
    const scans: {
      readonly rows: Iterator<readonly [string, { bytes: Uint8Array; timestamp: number }]>
      readonly expected: unknown[]
    }[] = []
    const finish = (scan: (typeof scans)[number]): void => {
      const seen = [...Iterator.from(scan.rows)].map(([name, { bytes, timestamp }]) => [name, latin1(bytes), timestamp])
      deepEqual(seen, scan.expected)
    }
    let time = 0
    for (const each of steps) {
      if ('put' in each)
        for (const [name, value] of each.put) {
          rows.put(key(name), value === null ? null : view(value, ++time))
          if (value === null) newest.delete(name)
          else newest.set(name, [value, time])
        }
      else if ('get' in each) for (const name of each.get) deepEqual(shown(rows.get(key(name))), newest.get(name))
      else if ('commit' in each) {
        rows.commit()
        committed = new Map(newest)
      } else if ('rollBack' in each) {
        rows.rollBack()
        newest = new Map(committed)
      } else if ('checkpoint' in each) {
        const writes: StorageWrite[] = []
        rows.checkpoint(writes)
        deepEqual(
          writes.map((write) => latin1(write.key)),
          writes.map((write) => latin1(write.key)).sort(),
        )
        if (each.checkpoint === 'stored') {
          environment.transact(writes)
          rows.checkpointed()
          durable = new Map(committed)
          deepEqual(stored(table), durable)
        }
      } else if ('scan' in each) {
        const from = each.scan === null ? undefined : Buffer.from(each.scan, 'latin1')
        scans.push({ rows: rows.scan({ from, reverse: each.reverse }), expected: sorted(newest, each.scan, each.reverse) })
      } else if ('close' in each) for (const scan of scans.splice(each.close, 1)) finish(scan)
      else {
        for (const scan of scans.splice(0)) finish(scan)
        rows.close()
        rows = open()
        ;[newest, committed] = [new Map(durable), new Map(durable)]
      }
    }
    for (const scan of scans) finish(scan)
    for (const [name, row] of newest) deepEqual(shown(rows.get(key(name))), row)
    rows.commit()
    rows.checkpoint([])
    if (keptBytes !== undefined) equal(rows.bytes <= Math.max(0, keptBytes), true)
  })
}

for (const keptBytes of [undefined, 0, 500, 1_000_000])
  t.test(`with ${keptBytes ?? 'no'} bytes kept, reads are the newest writes, storage has the committed ones`, async (t) =>
    t.doesNotThrow(() => fc.assert(law(keptBytes), runs(300))),
  )

t.test('the bytes on the way to storage are counted exactly', async (t) => {
  const environment = new MemoryStorageFactory().open('task')
  const rows = new TableBuffer(environment.table('s'), timed)
  const size = (text: string, value: string): number => 40 + text.length + value.length
  rows.put(key('a'), view('12', 1))
  rows.put(key('a'), view('1', 2))
  rows.put(key('bb'), view('x'.repeat(100), 3))
  t.equal(rows.dirtyBytes, size('a', '1') + size('bb', 'x'.repeat(100)))
  rows.commit()
  rows.put(key('bb'), null)
  t.equal(rows.dirtyBytes, size('a', '1') + size('bb', ''))
  const writes: StorageWrite[] = []
  rows.checkpoint(writes)
  t.equal(writes.length, 2)
  t.equal(writes[1]!.value?.byteLength, 108, 'the state of the commit')
  environment.transact(writes)
  rows.checkpointed()
  t.equal(rows.dirtyBytes, size('bb', ''))
})

t.test('a table that began empty is read without storage', async (t) => {
  const environment = new MemoryStorageFactory().open('task')
  const table = environment.table('s')
  let reads = 0
  const counted: StorageTable = {
    name: table.name,
    get: (bytes) => {
      reads++
      return table.get(bytes)
    },
    iterate: (range) => table.iterate(range),
    count: () => table.count(),
  }
  const rows = new TableBuffer(counted, timed, new RecordCacheBudget(100_000))
  t.equal(rows.get(key('a')), null)
  rows.put(key('a'), view('1', 1))
  rows.commit()
  const writes: StorageWrite[] = []
  rows.checkpoint(writes)
  environment.transact(writes.map((write) => ({ ...write, table })))
  rows.checkpointed()
  t.strictSame([shown(rows.get(key('a'))), rows.get(key('b')), reads], [['1', 1], null, 0])
  const reopened = new TableBuffer(counted, timed, new RecordCacheBudget(100_000))
  t.strictSame(
    [shown(reopened.get(key('a'))), shown(reopened.get(key('a'))), reopened.get(key('b')), reads],
    [['1', 1], ['1', 1], null, 2],
  )
})

t.test('a checkpoint in slices also frees in steps what it had kept of rows', async (t) => {
  const environment = new MemoryStorageFactory().open('task')
  const rows = new TableBuffer(environment.table('s'), timed)
  for (let index = 0; index < 30_000; index++) rows.put(key(`key-${index}`), view('value', 1))
  rows.commit()
  const steps: number[] = []
  for (const writes of rows.checkpointSlices(1500)!) {
    environment.transact(writes)
    steps.push(writes.length)
  }
  t.same([steps.reduce((sum, writes) => sum + writes), Math.max(...steps)], [30_000, 1500])
  t.same(steps.slice(steps.lastIndexOf(1500) + 1), [0, 0], 'steps that write nothing follow the last slice')
  t.same([rows.heldBytes < 1_000_000, rows.dirtyBytes], [true, 0])
})
