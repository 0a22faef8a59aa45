import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { Serdes, topic } from 'millrace'
import { TopologyTestDriver } from 'millrace/testing'
import { main as runCdcTable } from '../../examples/cdc-table/main.ts'
import { cdcTable, changes, users } from '../../examples/cdc-table/topology.ts'
import { main as runDeduplication } from '../../examples/deduplication/main.ts'
import { deduplication, events, rememberedMs, unique } from '../../examples/deduplication/topology.ts'
import { main as runFraudDetector } from '../../examples/fraud-detector/main.ts'
import { alerts, cards, fraudDetector, payments } from '../../examples/fraud-detector/topology.ts'
import { main as runSessions } from '../../examples/sessions-and-funnels/main.ts'
import { clicks, funnel, sessionsAndFunnels, visits } from '../../examples/sessions-and-funnels/topology.ts'
import { main as runWordCount } from '../../examples/word-count/main.ts'
import { counts, lines, wordCount } from '../../examples/word-count/topology.ts'

const root = join(import.meta.dirname, '..', '..')

t.test('words are counted without regard to case and punctuation', async (t) => {
  using driver = new TopologyTestDriver(wordCount())
  driver.createInputTopic(lines).pipeInput({ key: '1', value: 'Mill, mill: a MILL.' })
  t.same(driver.createOutputTopic(counts).readKeyValuesToMap(), new Map(Object.entries({ mill: 3, a: 1 })))
})

t.test('a card in two countries within a minute is an alert, once the minute is over', async (t) => {
  using driver = new TopologyTestDriver(fraudDetector())
  driver.createInputTopic(cards).pipeInput({ key: '1', value: { owner: 'Ann', limitCents: 1_000 }, timestamp: 0 })
  const input = driver.createInputTopic(payments)
  const output = driver.createOutputTopic(alerts)
  for (const [country, timestamp] of [
    ['NL', 1_000],
    ['BR', 2_000],
    ['NL', 64_999],
  ] as const)
    input.pipeInput({ key: '1', value: { cents: 600, country }, timestamp })
  t.ok(output.isEmpty, 'the grace is not over')
  input.pipeInput({ key: '1', value: { cents: 600, country: 'NL' }, timestamp: 65_000 })
  t.match(output.readValues(), [/^card of Ann, .*used in NL and BR; 1200 cents, the limit is 1000$/])
})

t.test('a copy within an hour is left out, before and after', async (t) => {
  using driver = new TopologyTestDriver(deduplication())
  const input = driver.createInputTopic(events)
  for (const timestamp of [rememberedMs, rememberedMs + 1, 0, 3 * rememberedMs])
    input.pipeInput({ key: 'e', value: 'x', timestamp })
  t.same(
    driver
      .createOutputTopic(unique)
      .readRecords()
      .map(({ timestamp }) => timestamp),
    [rememberedMs, 3 * rememberedMs],
  )
})

t.test('a visit ends after half an hour, and a step counts behind the ones before it', async (t) => {
  using driver = new TopologyTestDriver(sessionsAndFunnels(), { emitIntervalMs: 0 })
  const input = driver.createInputTopic(clicks)
  for (const [value, minute] of [
    ['pay', 0],
    ['view', 1],
    ['cart', 2],
  ] as const)
    input.pipeInput({ key: 'ann', value, timestamp: minute * 60_000 })
  input.pipeInput({ key: 'bob', value: 'view', timestamp: 120 * 60_000 })
  t.same(driver.createOutputTopic(visits).readValues(), [{ clicks: 3, depth: 2 }])
  t.same(driver.createOutputTopic(funnel).readKeyValuesToMap(), new Map(Object.entries({ view: 1, cart: 1 })))
})

t.test('changes of a database become a table; a delete takes its row away', async (t) => {
  using driver = new TopologyTestDriver(cdcTable())
  const input = driver.createInputTopic(topic(changes.name, { key: Serdes.json<object>(), value: Serdes.json<object>() }))
  const row = { id: 7, name: 'Ann', balance: '1.50' }
  input.pipeInput({ key: { id: 7 }, value: { op: 'c', before: null, after: row } })
  input.pipeInput({ key: { id: 7 }, value: { op: 'd', before: row, after: null } })
  input.pipeInput({ key: { id: 7 }, value: null })
  const output = driver.createOutputTopic(topic(users.name, { key: Serdes.string, value: Serdes.bytes }))
  t.same(
    driver
      .produced()
      .filter((record) => record.topic === users.name)
      .map(({ value }) => (value === null ? null : String(Buffer.from(value)))),
    ['{"name":"Ann","balance":"1.50"}', null],
  )
  t.equal(output.size, 2)
})

const programs = {
  'word-count': runWordCount,
  'fraud-detector': runFraudDetector,
  deduplication: runDeduplication,
  'sessions-and-funnels': runSessions,
  'cdc-table': runCdcTable,
}
for (const [name, main] of Object.entries(programs))
  t.test(`${name} prints what its README says, and no file of it has more than 100 lines`, async (t) => {
    const printed: string[] = []
    await main([], (line) => printed.push(line))
    const readme = readFileSync(join(root, 'examples', name, 'README.md'), 'utf8')
    const [, said = ''] = /```text\n([\s\S]*?)\n```/.exec(readme) ?? []
    t.same(printed.toSorted(), said.split('\n').toSorted(), 'in whatever order partitions come')
    const sizes = globSync(`examples/${name}/*.ts`, { cwd: root }).map(
      (path) => readFileSync(join(root, path), 'utf8').split('\n').length,
    )
    t.ok(sizes.reduce((sum, size) => sum + size, 0) <= 100)
  })
