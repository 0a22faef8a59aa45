import { readFileSync } from 'node:fs'
import t from 'tap'
import type { Test } from 'tap'
import { openProducer } from 'millrace'
import type { Cluster } from 'millrace'
import { EmbeddedKafka } from 'millrace/embedded'
import type { Drift, SchemaOverview } from '../../../../app/contracts/schemas.ts'
import { openLog } from '../../../../app/platform/log.ts'
import { openRegistry } from '../../../../app/registry/registry-server.ts'
import { schemasService } from '../../../../app/services/schemas/main.ts'
import { streamsService } from '../../../../app/services/streams/main.ts'
import { runSchemas } from '../../../../app/cli/schemas.ts'
import { publicSubjects } from '../../../../examples/transfer-pipeline/schemas/subjects.ts'
import { bytesOf, manifest, rawUsers, users } from '../../../../examples/transfer-pipeline/topics.ts'
import { consume, until } from '../../../runtime/running.ts'
import { directory } from '../../../storage/media.ts'

const log = openLog({ name: 'test', level: 'silent' })
const common = { host: '127.0.0.1', port: 0, portTaken: 'fail', logLevel: 'silent' } as const
const limits = {
  amountLimit: '1.00',
  velocityTransfers: 1,
  velocityWindowMs: 1,
  alertTransfers: 2,
  alertWindowMs: 1,
  alertAmount: '1.00',
}

interface RawUser {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
}

/** What Debezium wrote of users whose table got a column, and later lost one. */
function recorded(): readonly RawUser[] {
  const path = new URL('../../../fixtures/debezium/schemas-string.jsonl', import.meta.url)
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
  const bytes = (text: string | null): Buffer | null => (text === null ? null : Buffer.from(text))
  return lines
    .map((line) => JSON.parse(line) as { readonly topic: string; readonly key: string | null; readonly value: string | null })
    .filter(({ topic }) => topic === rawUsers.name)
    .map(({ key, value }) => ({ key: bytes(key), value: bytes(value) }))
}

async function openIngestion(t: Test) {
  const registry = await openRegistry({ port: 0, path: ':memory:' })
  const cluster = await EmbeddedKafka.open()
  const admin = await cluster.admin({ clientId: 'test' })
  await admin.createTopics(manifest)
  await admin.close()
  const own = { ...common, kafka: '', registry: registry.url, application: 'ingestion-users', stateDir: directory(t) } as const
  const service = await streamsService.start(
    { ...own, ...limits, auditMask: '', processingGuarantee: 'at_least_once', commitIntervalMs: 20 },
    { log, cluster },
  )
  t.teardown(async () => {
    await service.close()
    await cluster.close()
    await registry.close()
  })
  await service.ready
  const drift = async (): Promise<readonly Drift[]> => {
    const answer = await fetch(`${service.url}/schema-drift`)
    return ((await answer.json()) as { readonly content: readonly Drift[] }).content
  }
  return { cluster, drift }
}

async function send(cluster: Cluster, records: readonly RawUser[]): Promise<void> {
  const producer = await openProducer(cluster, { clientId: 'test' })
  await producer.send(bytesOf(rawUsers.name), records)
  await producer.close()
}

t.test('C7: an added column is listed and the flow goes on; a dropped one sends its records to the dead letters', async (t) => {
  const { cluster, drift } = await openIngestion(t)
  t.same(await drift(), [])
  const all = recorded()
  const letters = bytesOf(`${rawUsers.name}.dlq`)
  await send(cluster, all.slice(0, -1))
  const rows = all.slice(0, -1).filter(({ value }) => value !== null).length
  await until('all but the last came through', async () => (await consume(cluster, bytesOf(users.name))).length === rows)
  t.match(await drift(), [{ topic: rawUsers.name, column: 'note', kind: 'added', expected: null, found: /string/ }])
  t.same(await consume(cluster, letters), [], 'nothing was refused')

  await send(cluster, all.slice(-1))
  await until('the last was refused', async () => (await consume(cluster, letters)).length === 1)
  const [[, letter] = []] = await consume(cluster, letters)
  t.same(Buffer.from(letter!), all.at(-1)!.value, 'its bytes are as they were')
  t.match(await drift(), [
    { column: 'note', kind: 'added' },
    { column: 'name', kind: 'missing', expected: 'text', found: null },
  ])
})

t.test('topics are told with their schemas, versions and compatibility, and refused changes with the reason', async (t) => {
  const registry = await openRegistry({ port: 0, path: ':memory:' })
  const service = await schemasService.start({ ...common, registry: registry.url }, { log })
  t.teardown(() => service.close())
  const overview = async (): Promise<SchemaOverview> => (await (await fetch(`${service.url}/schemas`)).json()) as SchemaOverview
  const empty = await overview()
  t.same(empty.topics.length, manifest.length)
  t.same([empty.refused, empty.topics.filter(({ subject }) => subject !== null)], [[], []])

  const register = (subjects = publicSubjects) => runSchemas(['register', '--registry', registry.url], () => {}, subjects)
  await register()
  const [subject] = publicSubjects
  const { fields, ...schema } = subject!.schema as unknown as { readonly fields: readonly object[] }
  const withField = (field: object) => [{ ...subject!, schema: { ...schema, fields: [...fields, field] } as never }]
  const memo = { name: 'memo', type: ['null', 'string'], default: null, doc: 'A memo.' }
  await register(withField(memo))
  for (const _ of [1, 2]) await register(withField({ ...memo, name: 'email', type: 'string', default: undefined }))
  const { topics, refused } = await overview()
  const contract = topics.find(({ topic }) => topic === users.name)
  t.match(contract, { partitions: 4, cleanup: 'compact', retention: null, subject: { level: 'FULL_TRANSITIVE' } })
  t.match(
    contract!.subject!.versions.map(({ version, name, fields: told }) => [version, name, told.at(-1)]),
    [
      [2, 'IngestionUser', { name: 'memo', type: 'string or null', doc: 'A memo.', classification: '' }],
      [1, 'IngestionUser', { name: 'lastUpdatedAt', type: 'timestamp-millis' }],
    ],
  )
  t.equal(contract!.subject!.versions[0]!.fields[1]!.classification, 'PII')
  t.equal(refused!.length, 1, 'the same change is one')
  t.match(refused, [{ subject: subject!.name, at: Number, message: /email/ }])
  await registry.close()
  const answer = await fetch(`${service.url}/schemas`)
  const { detail } = (await answer.json()) as { readonly detail: string }
  t.equal(answer.status, 502)
  t.match(detail, /^The schema registry does not answer:/)
})
