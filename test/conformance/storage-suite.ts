import type { Test } from 'tap'
import fc from 'fast-check'
import { compareBytes } from '../../lib/model/bytes.ts'
import type { StorageEnvironment, StorageFactory, StorageRange, StorageTable } from '../../lib/storage/storage.ts'

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1')
const text = (value: Uint8Array | undefined): string | undefined => value && Buffer.from(value).toString('latin1')

function write(environment: StorageEnvironment, table: StorageTable, rows: Readonly<Record<string, string | null>>): void {
  environment.transact(
    Object.entries(rows).map(([key, value]) => ({ table, key: bytes(key), value: value === null ? null : bytes(value) })),
  )
}

function keys(table: StorageTable, range: StorageRange = {}): (string | undefined)[] {
  return [...table.iterate(range)].map(({ key }) => text(key))
}

/** What every storage medium does, whatever it is made of. */
export function storageSuite(t: Test, open: (t: Test) => Promise<StorageFactory>): void {
  const environment = async (t: Test): Promise<StorageEnvironment> => {
    const opened = (await open(t)).open('app/0_1')
    t.teardown(() => opened.close())
    return opened
  }

  t.test('a row can be read back, overwritten and deleted', async (t) => {
    const env = await environment(t)
    const table = env.table('s')
    t.equal(table.get(bytes('a')), undefined)
    write(env, table, { a: '1', b: '' })
    t.equal(text(table.get(bytes('a'))), '1')
    t.equal(text(table.get(bytes('b'))), '', 'an empty value is a value')
    write(env, table, { a: '2', b: null, missing: null })
    t.equal(text(table.get(bytes('a'))), '2')
    t.equal(table.get(bytes('b')), undefined)
    t.equal(table.count(), 1)
    t.equal(env.table('s'), table, 'opening twice gives the same table')
  })

  t.test('keys of any length keep the order of their bytes', async (t) => {
    const env = await environment(t)
    const table = env.table('s')
    const long = 'k'.repeat(1944)
    const sorted = [
      '',
      '\0',
      'a',
      long,
      `${long}k`,
      `${long}k\0`,
      `${long}kA${'x'.repeat(33)}`,
      'k'.repeat(1978),
      'k'.repeat(99_999),
      'k'.repeat(100_000),
      `${'k'.repeat(1978)}z`,
      'l',
      '\xff\xff',
    ]
    const values = Object.fromEntries(sorted.map((key) => [key, `v${key.length}`]))
    write(env, table, values)
    t.strictSame(keys(table), sorted)
    t.strictSame(keys(table, { reverse: true }), sorted.toReversed())
    for (const key of sorted) t.equal(text(table.get(bytes(key))), `v${key.length}`, `a key of ${key.length} bytes`)
    for (const from of sorted)
      for (const to of sorted) {
        const expected = sorted.filter((key) => key >= from && key < to)
        t.strictSame(keys(table, { from: bytes(from), to: bytes(to) }), expected)
        t.strictSame(keys(table, { from: bytes(from), to: bytes(to), reverse: true }), expected.toReversed())
      }
    write(env, table, { [`${long}k`]: null, ['k'.repeat(100_000)]: null })
    t.equal(table.get(bytes('k'.repeat(100_000))), undefined)
    t.equal(table.count(), sorted.length - 2)
  })

  t.test('an iterator is a snapshot as of its call', async (t) => {
    const env = await environment(t)
    const table = env.table('s')
    write(env, table, { a: '1', b: '2', c: '3' })
    const untouched = table.iterate({})
    const begun = table.iterate({ reverse: true })
    t.equal(text(begun.next().value?.key), 'c')
    write(env, table, { a: null, b: 'new', bb: '4', d: '5' })
    t.strictSame(
      [...untouched].map(({ key, value }) => [text(key), text(value)]),
      [
        ['a', '1'],
        ['b', '2'],
        ['c', '3'],
      ],
    )
    t.strictSame(
      [...begun].map(({ key }) => text(key)),
      ['b', 'a'],
    )
    t.strictSame(keys(table), ['b', 'bb', 'c', 'd'])
    const ended = table.iterate({})
    ended.return?.()
    t.equal(ended.next().done, true)
  })

  t.test('a transaction spans tables, and applies in order', async (t) => {
    const env = await environment(t)
    const [left, right] = [env.table('left'), env.table('right')]
    env.transact([
      { table: left, key: bytes('k'), value: bytes('1') },
      { table: right, key: bytes('k'), value: bytes('2') },
      { table: left, key: bytes('k'), value: null },
    ])
    t.strictSame([keys(left), keys(right)], [[], ['k']])
    const foreign = (await open(t)).open('other')
    t.teardown(() => foreign.close())
    const wrong = { table: foreign.table('left'), key: bytes('x'), value: bytes('x') }
    t.throws(() => env.transact([{ table: left, key: bytes('x'), value: bytes('x') }, wrong]))
    t.equal(left.get(bytes('x')), undefined, 'nothing of a refused transaction is there')
  })

  t.test('a dropped table is gone, and can be made again', async (t) => {
    const env = await environment(t)
    for (const name of ['a', 'b/0', 'b/60000']) write(env, env.table(name), { k: name })
    t.strictSame(env.tables(), ['a', 'b/0', 'b/60000'])
    env.drop(['b/0', 'missing'])
    t.strictSame(env.tables(), ['a', 'b/60000'])
    t.equal(env.table('b/0').get(bytes('k')), undefined)
    t.equal(text(env.table('b/60000').get(bytes('k'))), 'b/60000')
  })

  t.test('an open table without rows can be read, and dropped', async (t) => {
    const env = await environment(t)
    const table = env.table('empty')
    t.equal(env.table('empty'), table)
    t.equal(table.get(bytes('k')), undefined)
    t.equal(table.count(), 0)
    t.strictSame([keys(table), keys(table, { reverse: true })], [[], []])
    t.strictSame(env.tables(), ['empty'])
    env.drop(['empty'])
    t.strictSame(env.tables(), [])
    write(env, env.table('empty'), { k: 'v' })
    t.strictSame(keys(env.table('empty')), ['k'])
  })

  t.test('an environment that is open is locked', async (t) => {
    const factory = await open(t)
    const first = factory.open('app/0_1')
    t.throws(() => factory.open('app/0_1'), { name: 'LockError', code: 'STREAMS_STORAGE_LOCKED' })
    const other = factory.open('app/0_2')
    t.strictSame(factory.list('app/'), ['app/0_1', 'app/0_2'])
    first.close()
    first.close()
    factory.open('app/0_1').close()
    other.close()
    factory.destroy('app/0_1')
    t.notOk(factory.list('').includes('app/0_1'))
  })

  t.test('any writes leave what a sorted map would hold', async (t) => {
    const env = await environment(t)
    const key = fc.oneof(
      fc.uint8Array({ maxLength: 3 }),
      fc.uint8Array({ maxLength: 3 }).map((end) => Buffer.concat([Buffer.alloc(1944, 'x'), end])),
    )
    const writes = fc.array(fc.tuple(key, fc.option(fc.uint8Array({ maxLength: 4 }))), { maxLength: 40, size: 'max' })
    let run = 0
    const law = fc.property(writes, fc.option(key), fc.option(key), fc.boolean(), (rows, from, to, reverse) => {
      const table = env.table(`run-${run++}`)
      env.transact(rows.map(([key, value]) => ({ table, key, value })))
      const model = new Map<string, Uint8Array>()
      for (const [key, value] of rows)
        if (value === null) model.delete(text(key)!)
        else model.set(text(key)!, value)
      const expected = [...model.entries()]
        .map(([key, value]) => ({ key: bytes(key), value }))
        .filter(({ key }) => (from === null || compareBytes(key, from) >= 0) && (to === null || compareBytes(key, to) < 0))
        .sort((left, right) => compareBytes(left.key, right.key))
      if (reverse) expected.reverse()
      const found = [...table.iterate({ from: from ?? undefined, to: to ?? undefined, reverse })]
      env.drop([table.name])
      const show = (rows: typeof found): string => rows.map(({ key, value }) => `${text(key)}=${text(value)}`).join()
      return show(found) === show(expected)
    })
    t.doesNotThrow(() => fc.assert(law, { numRuns: 200 }))
  })
}
