import { setTimeout as delay } from 'node:timers/promises'
import { test } from 'tap'
import type { Test } from 'tap'
import { schemasFor } from '../../../examples/transfer-pipeline/schemas/avro-mode.ts'
import { EmbeddedKafka } from 'millrace/embedded'
import type { NewTopic } from 'millrace'
import { startApplication } from '../../../examples/transfer-pipeline/main.ts'
import { manifest, transfers } from '../../../examples/transfer-pipeline/topics.ts'
import { runTopics } from '../../../app/cli/topics.ts'
import { openRegistry } from '../../../app/registry/registry-server.ts'
import { directory } from '../../storage/media.ts'

async function open(t: Test) {
  const cluster = await EmbeddedKafka.open()
  const { bootstrapServers } = await cluster.listen(0)
  t.teardown(() => cluster.close())
  const topics = async (args: string, wanted: readonly NewTopic[] = manifest) => {
    const lines: string[] = []
    const code = await runTopics([...args.split(' '), '--kafka', bootstrapServers], (text) => void lines.push(text), wanted)
    return { code, lines, text: lines.join('\n') }
  }
  const admin = await cluster.admin({ clientId: 'test' })
  t.teardown(() => admin.close())
  return { cluster, bootstrapServers, admin, topics }
}

test('M1: topics are applied to an empty cluster, and applied again without changes; an application starts on them', async (t) => {
  const { cluster, admin, topics } = await open(t)
  const planned = await topics('plan')
  t.equal(planned.code, 0)
  t.equal(planned.lines.filter((line) => line.startsWith('create ')).length, manifest.length)
  t.equal((await topics('diff')).code, 2, 'drift')
  t.same(await admin.metadata(), [], 'a plan and a diff change nothing')

  t.equal((await topics('apply')).code, 0)
  const made = new Map((await admin.metadata()).map(({ name, partitions }) => [name, partitions.length]))
  t.same(made, new Map(manifest.map(({ name, partitions }) => [name, partitions])))
  for (const { name, config = {} } of manifest) t.match(await admin.describeTopicConfig(name), config, name)
  t.same(await topics('apply'), { code: 0, lines: ['No changes.'], text: 'No changes.' })
  t.equal((await topics('diff')).code, 0)

  const registry = await openRegistry({ port: 0, path: ':memory:' })
  t.teardown(() => registry.close())
  const streams = await startApplication('transfer-analytics', {
    cluster,
    schemaRegistry: schemasFor('registry', registry.url),
    stateDir: directory(t),
    commitIntervalMs: 100,
    log: () => {},
    onFailure: (error) => t.fail(error.message),
  })
  t.teardown(() => streams.close())
  while (streams.state !== 'running') await delay(20)
  const names = (await admin.metadata()).map(({ name }) => name)
  t.ok(names.includes('transfer-analytics-by-sender-repartition') && names.includes('transfer-analytics-sent-1h-changelog'))
  t.equal((await topics('diff')).code, 0, 'internal topics are no drift')
})

test('M2: a change of partitions is refused and explained, and nothing else is carried out', async (t) => {
  const { admin, topics } = await open(t)
  const [three, five] = [3, 5].map((partitions) => [
    { name: transfers.name, partitions },
    { name: 'new', partitions: 1 },
  ])
  await admin.createTopics([{ name: transfers.name, partitions: 3 }])
  for (const command of ['plan', 'apply']) {
    const { code, text } = await topics(command)
    t.equal(code, 2, command)
    t.match(text, `${transfers.name} has 3 partitions and should have 6`)
    t.match(text, /keys move.*--allow-repartition/)
  }
  t.equal((await admin.metadata()).length, 1, 'nothing was created either')
  t.equal((await topics('apply --allow-repartition', five)).code, 0)
  t.equal((await admin.metadata([transfers.name]))[0]!.partitions.length, 5)
  const shrunk = await topics('apply --allow-repartition', three)
  t.equal(shrunk.code, 2)
  t.match(shrunk.text, /No cluster takes partitions away/)
})

test('M1: another configuration is drift, and is set; keys that the manifest does not name stay, and nothing is deleted', async (t) => {
  const { admin, topics } = await open(t)
  await admin.createTopics([
    { name: 'table', partitions: 1, config: { 'cleanup.policy': 'delete', 'segment.ms': '60000' } },
    { name: 'foreign', partitions: 1 },
  ])
  const wanted = [{ name: 'table', partitions: 1, config: { 'cleanup.policy': 'compact', 'delete.retention.ms': '5000' } }]
  for (const [command, expected] of [
    ['plan', 0],
    ['diff', 2],
    ['apply', 0],
  ] as const) {
    const { code, lines } = await topics(command, wanted)
    t.equal(code, expected, command)
    t.match(lines, ['config   table, cleanup.policy: delete → compact', 'config   table, delete.retention.ms: 86400000 → 5000'])
  }
  t.match(await admin.describeTopicConfig('table'), {
    'cleanup.policy': 'compact',
    'delete.retention.ms': '5000',
    'segment.ms': '60000',
  })
  t.same(await topics('apply', wanted), { code: 0, lines: ['No changes.'], text: 'No changes.' })
  t.same((await admin.metadata()).map(({ name }) => name).toSorted(), ['foreign', 'table'])
})

test('M1: in production three brokers have each record', async (t) => {
  const { topics } = await open(t)
  const { lines } = await topics('plan --env prod')
  t.ok(lines.every((line) => line.includes('replication 3') && line.includes('min.insync.replicas=2')))
})

test('M1: the catalogue has every topic with its serdes, and who writes and reads it; it asks no cluster', async (t) => {
  const lines: string[] = []
  t.equal(await runTopics(['doc'], (text) => void lines.push(text)), 0)
  const page = lines.join('\n')
  for (const { name } of manifest) t.match(page, `| ${name} |`)
  const enriched = page.split('\n').find((line) => line.startsWith('| custom.bank.transfer-enriched |'))
  t.match(enriched, /\| string → .*avro.* \| 6 \| cleanup.policy=compact.* \| transfer-enricher \|/)
  t.match(page, '| transfer-analytics-by-sender-repartition | repartition |')
  t.match(page, /\| transfer-balances-received-changelog \| changelog \| .*cleanup\.policy=compact/)
})

test('what it does not know it refuses', async (t) => {
  for (const args of [[], ['delete'], ['plan', '--env', 'test'], ['plan', '--force']]) {
    const lines: string[] = []
    t.equal(await runTopics(args, (text) => void lines.push(text)), 1, args.join(' '))
    t.match(lines.join('\n'), /npm run topics -- COMMAND/)
  }
})
