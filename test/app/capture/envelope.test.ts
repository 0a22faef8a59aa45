import t from 'tap'
import { toRecords } from '../../../app/capture/envelope.ts'

t.test('characters outside of the basic plane are escaped, others are not, as Debezium has them', async (t) => {
  const after = { id: 1, name: 'Zoë 🚀 \u{10ffff}', created_at: '2026-11-22T10:00:00Z', last_updated_at: '2026-11-22T10:00:00Z' }
  const source = { connector: 'sqlite', file: '', pos: 0, server_id: 0, gtid: null, row: 0 } as const
  const change = { position: '1', op: 'c', before: null, after, snapshot: 'false', timeMs: 0, source } as const
  const [{ value } = { value: null }] = toRecords(change, { prefix: 'raw', database: 'bank', table: 'users' })
  const text = Buffer.from(value!).toString()
  t.match(text, String.raw`"name":"Zoë \uD83D\uDE80 \uDBFF\uDFFF"`)
  t.same(JSON.parse(text).payload.after, after)
})
