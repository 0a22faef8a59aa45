import { readFileSync } from 'node:fs'
import t from 'tap'
import { TopologyTestDriver } from 'millrace/testing'
import { auditTopology } from '../../examples/transfer-pipeline/topologies/audit.ts'
import type { AuditOptions } from '../../examples/transfer-pipeline/topologies/audit.ts'
import { auditLog, bytesOf, rawTransfers, rawUsers } from '../../examples/transfer-pipeline/topics.ts'
import type { AuditRecord } from '../../examples/transfer-pipeline/topics.ts'

interface Recorded {
  readonly topic: string
  readonly value: string | null
}

/** What a real Debezium wrote. */
function recorded(file: string): Recorded[] {
  const text = readFileSync(new URL(`../fixtures/debezium/${file}.jsonl`, import.meta.url), 'utf8')
  const records = text.trimEnd().split('\n').map((line) => JSON.parse(line) as Recorded) // prettier-ignore
  return records.filter(({ topic }) => topic === rawUsers.name || topic === rawTransfers.name)
}

function logOf(records: readonly Recorded[], options?: AuditOptions): AuditRecord[] {
  using driver = new TopologyTestDriver(auditTopology(options))
  const inputs = new Map([rawUsers, rawTransfers].map(({ name }) => [name, driver.createInputTopic(bytesOf(name))]))
  for (const { topic, value } of records)
    inputs.get(topic)!.pipeInput({ key: null, value: value === null ? null : Buffer.from(value) })
  return driver.createOutputTopic(auditLog).readValues().map((value) => value!) // prettier-ignore
}

const userOf = (name: string, changedAt: number) => ({ id: 2, name, created_at: 1, last_updated_at: changedAt })
const renamed: Recorded = {
  topic: rawUsers.name,
  value: JSON.stringify({
    op: 'u',
    before: userOf('Bruno', 1),
    after: userOf('Bruno Costa', 5),
    source: { table: 'users', pos: 4 },
    ts_ms: 5,
  }),
}

t.test('A1: a rename is an UPDATE that names what it has changed', async (t) => {
  const [record, ...others] = logOf([renamed])
  t.same(others, [])
  t.same(record!.changedFields, ['name', 'last_updated_at'])
  t.match(record, { entity: 'users', entityId: '2', op: 'UPDATE', sourceTs: 5, source: { table: 'users', pos: '4' } })
  t.match(record, { before: { name: 'Bruno' }, after: { name: 'Bruno Costa' } })
})

t.test('A1: columns are masked as configured; that they have changed is still told', async (t) => {
  const [record] = logOf([renamed], { masked: ['name'] })
  t.match(record, { before: { name: '***', id: '2' }, after: { name: '***' }, changedFields: ['name', 'last_updated_at'] })
  t.notMatch(JSON.stringify(record), /Bruno/)
})

t.test('A1: what Debezium wrote is told, whatever the table and the form; what is no envelope is passed over', async (t) => {
  const [embedded, plain] = [logOf(recorded('schemas-precise')), logOf(recorded('plain-string'))]
  t.equal(embedded.length, plain.length)
  t.same(new Set(embedded.map(({ op }) => op)), new Set(['SNAPSHOT', 'CREATE', 'UPDATE', 'DELETE']))
  t.same(new Set(embedded.map(({ entity }) => entity)), new Set(['users', 'transfers']))
  const deleted = embedded.find(({ op }) => op === 'DELETE')!
  t.equal(deleted.after, null)
  t.ok(deleted.changedFields.includes('id'))
  const foreign = ['hello', '{}', '[]', '{"op":"x"}', '{"op":"c","after":null}', '{"op":"u","after":{"id":null}}']
  t.same(logOf(foreign.map((value) => ({ topic: rawUsers.name, value }))), [])
  t.same(logOf([{ topic: rawUsers.name, value: null }]), [], 'a tombstone says nothing new')
})
