import { deepEqual } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { ByteKey } from '../../lib/kernel/byte-key.ts'
import { VersionedTable, type Pin } from '../../lib/kernel/versioned-table.ts'
import { runs } from '../laws/runs.ts'

type Row = readonly [key: string, value: string, timestamp: number]

/** Keys of many lengths that begin alike, among them the empty one, and bytes from 0x00 to 0xff. */
const key = fc.oneof(
  { weight: 6, arbitrary: fc.nat(300).map((number) => `key-${number}`) },
  { weight: 1, arbitrary: fc.constantFrom('', '\0', '\0\0', 'ÿ', 'ÿÿ', 'key-1\0', 'key') },
)
const value = fc.oneof(
  { weight: 4, arbitrary: fc.nat(20).map((length) => 'v'.repeat(length)) },
  { weight: 1, arbitrary: fc.nat(3000).map((length) => 'w'.repeat(length)) },
)
const bound = fc.option(key, { nil: undefined })
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ put: fc.array(fc.tuple(key, value), { minLength: 1, maxLength: 60, size: 'max' }) }) },
  { weight: 4, arbitrary: fc.record({ delete: fc.array(key, { minLength: 1, maxLength: 30, size: 'max' }) }) },
  { weight: 3, arbitrary: fc.record({ from: bound, to: bound, reverse: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ close: fc.nat(5) }) },
)

const pointer = new ByteKey()

function at(key: string): ByteKey {
  const bytes = Buffer.from(`??${key}?`, 'latin1')
  return pointer.set(bytes, 2, bytes.length - 3)
}

function put(table: VersionedTable, key: string, value: string, timestamp: number): void {
  const bytes = Buffer.from(`?${value}`, 'latin1')
  table.put(at(key), bytes, 1, bytes.length - 1, timestamp)
}

function latin1(table: VersionedTable, from: number, length: number): string {
  return table.bytes.toString('latin1', from, from + length)
}

/** The rest of a scan, as the pin shows it. */
function* read(table: VersionedTable, rows: Iterable<number>, pin: Pin): Generator<Row> {
  for (const row of rows) {
    const version = table.versionAt(row, pin)
    if (version === 0 || table.valueLength(version) < 0) continue
    const value = latin1(table, table.valueAt(version), table.valueLength(version))
    yield [latin1(table, table.keyAt(row), table.keyLength(row)), value, table.timestamp(version)]
  }
}

function expected(model: ReadonlyMap<string, Row>, from: string | undefined, to: string | undefined, reverse: boolean): Row[] {
  const isIn = ([key]: Row): boolean => (from === undefined || key >= from) && (to === undefined || key < to)
  const rows = [...model.values()].filter(isIn).sort(([left], [right]) => (left < right ? -1 : 1))
  return reverse ? rows.reverse() : rows
}

const bytes = (key: string | undefined): Buffer | undefined => (key === undefined ? undefined : Buffer.from(key, 'latin1'))

interface Open {
  readonly pin: Pin
  readonly rows: Iterator<Row>
  readonly expected: Row[]
}

function check(table: VersionedTable, model: ReadonlyMap<string, Row>): void {
  for (const [key, [, value, timestamp]] of model) {
    const row = table.find(at(key))
    deepEqual([latin1(table, table.valueAt(row), table.valueLength(row)), table.timestamp(row)], [value, timestamp])
  }
}

function isAbsent(table: VersionedTable, key: string): boolean {
  const row = table.find(at(key))
  return row === 0 || table.valueLength(row) < 0
}

function law(lastEpoch: number): fc.IProperty<[unknown]> {
  return fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
    const table = new VersionedTable(lastEpoch)
    const model = new Map<string, Row>()
    const open: Open[] = []
    const close = ({ pin, rows, expected }: Open): void => {
      deepEqual([...{ [Symbol.iterator]: () => rows }], expected)
      table.unpin(pin)
    }
    for (const [timestamp, step] of steps.entries()) {
      if ('put' in step)
        for (const [key, value] of step.put) {
          put(table, key, value, timestamp)
          model.set(key, [key, value, timestamp])
        }
      else if ('delete' in step)
        for (const key of step.delete) {
          table.delete(at(key))
          model.delete(key)
          deepEqual(isAbsent(table, key), true)
        }
      else if ('close' in step) open.splice(step.close % (open.length + 1), 1).forEach(close)
      else {
        const { from, to, reverse } = step
        const pin = table.pin()
        const rows = read(table, table.scan({ from: bytes(from), to: bytes(to), reverse }), pin)
        const all = expected(model, from, to, reverse)
        // Half of the scans are begun before what follows is written.
        if (timestamp % 2 === 0 && all.length > 0) deepEqual(rows.next().value, all.shift())
        open.push({ pin, rows, expected: all })
      }
    }
    check(table, model)
    open.forEach(close)
    check(table, model)
    deepEqual(table.count, model.size)
    for (const key of model.keys()) table.delete(at(key))
    deepEqual([...table.scan({})], [])
    deepEqual([table.count, table.usedBytes], [0, 0])
  })
}

t.test('a table has what was written last, and a pin shows what was there, whatever is written meanwhile', async () => {
  fc.assert(law(2 ** 31 - 2), runs(300))
})

t.test('so it does when its epochs are numbered anew', async () => {
  fc.assert(law(4), runs(200))
})

t.test('many rows are in order, also those that are alike in their first bytes', async (t) => {
  const table = new VersionedTable()
  const keys = Array.from(
    { length: 30_000 },
    (_, index) => `same-${String((index * 7919) % 10_000).padStart(6, '0')}${'-and-longer'.repeat(index % 3)}`,
  )
  for (const key of keys) put(table, key, key, 0)
  const found = [...read(table, table.scan({}), table.pin())].map(([key]) => key)
  t.same(found, [...new Set(keys)].sort())
})

t.test('a deletion that is put is a row: it goes when its owner drops it, and no pin shows what was before', async (t) => {
  const table = new VersionedTable()
  put(table, 'a', 'before', 1)
  const pin = table.pin()
  const row = table.putDeletion(at('a'), 2)
  t.equal(table.find(at('a')), row)
  t.same([table.valueLength(row) < 0, table.timestamp(row)], [true, 2])
  t.same([table.isNewer(row, pin), table.isUnseen(row)], [true, false])
  t.throws(() => table.drop(row), { message: 'Nothing is dropped that a pin shows.' })
  t.same([...read(table, table.scan({}), pin)], [['a', 'before', 1]])
  table.unpin(pin)
  t.ok(table.isUnseen(row))
  table.drop(row)
  t.equal(table.find(at('a')), 0)
  t.same([...table.scan({})], [], 'the order forgets it, and its block is free')
  t.equal(table.usedBytes, 0)
})

t.test('what many rows were for a pin goes in portions, so that nobody waits for all of it', async (t) => {
  const table = new VersionedTable()
  const keys = Array.from({ length: 30_000 }, (_, index) => `key-${index}`)
  for (const key of keys) put(table, key, 'value', 1)
  const before = table.usedBytes
  const pin = table.pin()
  for (const key of keys) put(table, key, 'value', 2)
  const pinned = table.usedBytes
  table.unpin(pin)
  t.ok(table.usedBytes > before + (pinned - before) / 2, 'a part of it has gone')
  const shown = table.pin()
  t.equal([...read(table, table.scan({}), shown)].length, 30_000)
  put(table, 'key-0', 'later', 3)
  while (table.reclaim());
  t.equal(table.usedBytes, before + (pinned - before) / keys.length, 'all but what a later pin shows')
  table.unpin(shown)
  t.equal(table.usedBytes, before)
})

t.test('a hash that is known finds the row, and touching rows changes nothing', async (t) => {
  const table = new VersionedTable()
  const keys = Array.from({ length: 100 }, (_, index) => `key-${index}`)
  for (const key of keys) put(table, key, `a value of ${key} that has a block of its own`, 0)
  const hashes = Int32Array.from(keys, (key) => at(key).hash)
  table.touch(hashes, 0, hashes.length)
  for (const [index, key] of keys.entries()) {
    const bytes = Buffer.from(key)
    const row = table.find(pointer.setHashed(bytes, 0, bytes.length, hashes[index]!))
    t.equal(latin1(table, table.valueAt(row), table.valueLength(row)), `a value of ${key} that has a block of its own`)
  }
})
