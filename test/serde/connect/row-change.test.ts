import t from 'tap'
import { column, driftOf, isBreaking, rowChange } from '../../../lib/connect.ts'
import type { DriftReport } from '../../../lib/connect.ts'
import { contextOf, values } from './recorded.ts'

const columns = {
  id: column.long(),
  from_user_id: column.long(),
  to_user_id: column.long(),
  amount: column.decimal({ precision: 19, scale: 4 }),
  status: column.symbol('PENDING', 'COMPLETED', 'FAILED', 'REVERSED'),
  request_id: column.optional(column.text()),
  created_at: column.time(),
  last_updated_at: column.time(),
}
const transfers = rowChange({ key: 'id', columns })
const context = contextOf('raw.bank.transfers')

const outcomes = (file: string, serde = transfers): unknown[] =>
  values(file, 'transfers').map((bytes) => {
    try {
      return serde.deserialize(bytes, context)
    } catch (error) {
      return (error as { readonly code: string }).code
    }
  })

t.test('C6: the same rows, whether schemas are embedded and however decimals are written', async (t) => {
  const expected = outcomes('schemas-precise')
  t.equal(expected.filter((outcome) => typeof outcome === 'string').length, 0)
  t.match(expected[0], { kind: 'upsert', key: 1, row: { amount: '10.0000', status: 'PENDING', request_id: null } })
  for (const file of ['schemas-string', 'plain-string', 'plain-precise-numeric']) t.same(outcomes(file), expected, file)
  const flat = outcomes('schemas-precise-unwrapped')
  t.same(outcomes('plain-string-unwrapped'), flat, 'flat rows')
  const gone = { kind: 'tombstone' }
  const tombstones = expected.map((outcome) => ((outcome as { kind: string }).kind === 'delete' ? gone : outcome))
  t.same(flat, tombstones, 'flat rows are those of the envelopes; of a deleted one only the key of the record is left')
  const marked = outcomes('plain-string-unwrapped-rewrite')
  t.same(marked, expected, 'flat rows with __deleted say all that envelopes say')
})

t.test('base64 without a schema is read by the scale that it is said to have, or refused', async (t) => {
  const expected = outcomes('schemas-precise')
  const said = rowChange({
    key: 'id',
    columns: { ...columns, amount: column.decimal({ precision: 19, scale: 4, base64Scale: 4 }) },
  })
  const beforeAlter = -2
  t.same(outcomes('plain-precise', said).slice(0, beforeAlter), expected.slice(0, beforeAlter))
  t.same(new Set(outcomes('plain-precise').filter((outcome) => typeof outcome === 'string')), new Set(['STREAMS_CONNECT_DATA']))
})

t.test('a decimal has the declared scale: 7.5 is 7.50, and never 0.75', async (t) => {
  const amount = column.decimal({ precision: 18, scale: 2 })
  const good: readonly [unknown, string][] = [
    ['7.5', '7.50'],
    ['10.0000', '10.00'],
    ['-5.00', '-5.00'],
    ['.5', '0.50'],
    ['9999999999999999.99', '9999999999999999.99'],
    [7.5, '7.50'],
    [7, '7.00'],
  ]
  for (const [json, text] of good) t.equal(amount.read(json, undefined, 'amount'), text)
  for (const json of ['abc', '', '1.005', '10000000000000000.00', '1234', 'BNI=', null, undefined, true, 1e30, Number.NaN, {}])
    t.throws(() => amount.read(json, undefined, 'amount'), { code: 'STREAMS_CONNECT_DATA' }, JSON.stringify(json))
  t.equal(amount.read('1234', { type: 'string' }, 'amount'), '1234.00', 'a schema says that it is text')
})

t.test('a time is ms since the epoch, whatever its type', async (t) => {
  const time = column.time()
  const ms = 1795341605123
  t.equal(time.read('2026-11-22T10:00:05.123Z', undefined, 'at'), ms)
  t.equal(time.read(ms, { type: 'int64', name: 'io.debezium.time.Timestamp' }, 'at'), ms)
  t.equal(time.read(ms * 1000, { type: 'int64', name: 'io.debezium.time.MicroTimestamp' }, 'at'), ms)
  t.equal(time.read(`${ms}000000`, { type: 'int64', name: 'io.debezium.time.NanoTimestamp' }, 'at'), ms)
  t.equal(column.time({ unit: 'us' }).read(ms * 1000, undefined, 'at'), ms)
  for (const json of ['soon', null, true, {}]) t.throws(() => time.read(json, undefined, 'at'), { code: 'STREAMS_CONNECT_DATA' })
})

t.test('drift: what was added, is missing, or has another type', async (t) => {
  const reports: DriftReport[] = []
  const users = rowChange({
    key: 'id',
    columns: { id: column.long(), name: column.text() },
    onDrift: (report, topic) => {
      t.equal(topic, 'raw.bank.users')
      reports.push(report)
    },
  })
  const codes = new Set<unknown>()
  for (const bytes of values('schemas-precise', 'users'))
    try {
      users.deserialize(bytes, contextOf('raw.bank.users'))
    } catch (error) {
      codes.add((error as { readonly code: string }).code)
    }
  t.same(codes, new Set(['STREAMS_CONNECT_SCHEMA']))
  t.equal(reports.length, 3, 'once for each schema')
  t.match(
    reports[1]!.added.map(({ name }) => name),
    ['note'],
  )
  t.same([isBreaking(reports[1]!), isBreaking(reports[2]!)], [false, true])
  t.same(reports[2]!.missing, [{ name: 'name', expected: 'text', optional: false }])
  const flat = { type: 'struct', fields: [{ field: 'id', type: 'string' }] }
  t.same(driftOf({ id: column.long() }, flat).changed, [{ name: 'id', expected: 'long', found: 'string' }])
})

t.test('what a row means is checked by the program that reads it', async (t) => {
  const serde = rowChange({
    key: 'id',
    columns: { id: column.long() },
    read: ({ id }) => {
      if (id === 13) throw new Error('The bank has no 13.')
      return `user ${id}`
    },
  })
  t.same(serde.deserialize(Buffer.from('{"id":1}'), context), { kind: 'upsert', key: 1, row: 'user 1' })
  t.throws(() => serde.deserialize(Buffer.from('{"id":13}'), context), {
    code: 'STREAMS_CONNECT_DATA',
    message: 'The bank has no 13.',
  })
  t.throws(() => serde.serialize({ kind: 'delete', key: 1 }, context), { code: 'STREAMS_SERIALIZATION' })
})
