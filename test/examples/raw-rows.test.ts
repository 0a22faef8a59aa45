import { readFileSync } from 'node:fs'
import t from 'tap'
import { transferRows as transferSerde, userRows as userSerde } from '../../examples/transfer-pipeline/schemas/rows.ts'

const context = { topic: 'raw.bank.transfers', component: 'value', headers: [] } as const

interface Recorded {
  readonly topic: string
  readonly value: string | null
}

function recorded(file: string, table: string): Buffer[] {
  const lines = readFileSync(new URL(`../fixtures/debezium/${file}.jsonl`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
  const records = lines.map((line) => JSON.parse(line) as Recorded).filter(({ topic }) => topic === `raw.bank.${table}`)
  return records.flatMap(({ value }) => (value === null ? [] : [Buffer.from(value)]))
}

/** Each record's event, or the code of what is wrong with it. */
function outcomes(file: string, table: 'users' | 'transfers'): unknown[] {
  const serde = table === 'users' ? userSerde : transferSerde
  return recorded(file, table).map((bytes) => {
    try {
      return serde.deserialize(bytes, context)
    } catch (error) {
      return (error as { readonly code: string }).code
    }
  })
}

t.test('C6: recorded transfers read the same, however decimals are written', async (t) => {
  const expected = outcomes('schemas-precise', 'transfers')
  const amounts = expected.map((event) => (event as { readonly row?: { readonly amount: string } }).row?.amount ?? event)
  const deletion = { kind: 'delete', key: 2 }
  const bad = 'STREAMS_CONNECT_DATA'
  t.same(amounts, ['10.00', '100.00', '1000.00', bad, bad, bad, bad, '10.00', '10.25', deletion, '7.77', '12.34', '1.00'])
  for (const file of ['schemas-string', 'plain-string', 'plain-precise-numeric'])
    t.same(outcomes(file, 'transfers'), expected, file)
})

t.test('base64 without its scale is refused, deletes are not', async (t) => {
  const events = outcomes('plain-precise', 'transfers')
  t.same(
    new Set(events.map((event) => (typeof event === 'string' ? event : 'delete'))),
    new Set(['STREAMS_CONNECT_DATA', 'delete']),
  )
})

t.test('a snapshot and a stream spell times differently and mean the same', async (t) => {
  for (const file of ['schemas-precise', 'plain-string']) {
    const [first, ...others] = outcomes(file, 'users')
    t.match(first, { row: { name: 'Amara', createdAt: 1795341600000, lastUpdatedAt: 1795341600000 } })
    t.equal(others.at(-1), 'STREAMS_CONNECT_SCHEMA', 'the column name is gone')
    t.equal(others.filter((event) => typeof event === 'string').length, 1)
  }
})

t.test('a truncation is ignored', async (t) => {
  const events = outcomes('plain-precise-all-ops', 'transfers')
  t.ok(events.some((event) => (event as { readonly kind?: string }).kind === 'ignore'))
})

t.test('what is no envelope is refused with the reason', async (t) => {
  const read = (text: string) => () => userSerde.deserialize(Buffer.from(text), context)
  for (const text of [
    'hello',
    '{}',
    '[]',
    '{"schema":{}}',
    '{"schema":{},"payload":{}}',
    '{"op":"x"}',
    '{"op":"c","after":null}',
  ])
    t.throws(read(text), { code: 'STREAMS_CONNECT_SCHEMA' }, text)
  t.throws(read('{"schema":{"type":"struct"},"payload":{},"more":1}'), /exactly the fields/)
  const transfer = {
    id: 1,
    from_user_id: 1,
    to_user_id: 2,
    amount: '10.00',
    status: 'PENDING',
    created_at: 0,
    last_updated_at: 0,
  }
  for (const wrong of [{ amount: 'abc' }, { amount: '-5.00' }, { to_user_id: 1 }, { status: 'LOST' }, { created_at: 'soon' }]) {
    const text = JSON.stringify({ op: 'c', after: { ...transfer, ...wrong } })
    t.throws(() => transferSerde.deserialize(Buffer.from(text), context), { code: 'STREAMS_CONNECT_DATA' }, JSON.stringify(wrong))
  }
})
