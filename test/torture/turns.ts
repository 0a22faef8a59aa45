/**
 * Java and Millrace take turns: one process of the same application, with the same topics, is killed with -9 in the midst of its work, and one
 * of the other side goes on. At the end readers of committed records must have seen each count once and the right rows of the join, the store
 * must be what its changelog folds to, and no transaction may hang.
 *
 *     npm run torture:turns -- [--turns 20] [--seed N] [--bootstrap HOST:PORT] [--verbose]
 *
 * Without `--bootstrap` it starts a broker of its own. Exit code 1 if something differs.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { seededChance } from '../../lib/clock/chance.ts'
import { endsOf, startsOf } from '../../app/adapters/kafka/partition-ends.ts'
import { tailTopics } from '../../app/adapters/kafka/topic-tail.ts'
import { kafka, openAdmin, openProducer } from '../../lib/index.ts'
import type { TopicProducer } from '../../lib/index.ts'
import { kafkaTools } from '../servers/kafka-tools.ts'
import { startKafka } from '../servers/kafka.ts'
import { Side } from './turns-side.ts'
import { turnsTopics } from './turns-topology.ts'

const { values } = parseArgs({
  options: {
    turns: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    bootstrap: { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
})
const chance = seededChance(Number(values.seed))
const pick = (count: number): number => Math.floor(chance.float() * count)
const log = (line: string): void => console.log(`${new Date().toISOString().slice(11, 19)} ${line}`)

const server = values.bootstrap === undefined ? await startKafka({}) : null
const bootstrapServers = values.bootstrap ?? server!.bootstrapServers
const cluster = kafka({ bootstrapServers })
const applicationId = `turns-${Date.now()}`
const topics = turnsTopics(applicationId)
const admin = await openAdmin(cluster, { clientId: 'turns' })
await admin.createTopics(
  [topics.events, topics.counts, topics.names, topics.rows, topics.joined].map(({ name }) => ({ name, partitions: 3 })),
)

/** What the outputs must say. */
const expected = { counts: new Map<string, number>(), names: new Map<string, string>(), rows: new Map<string, string | null>() }
let isOver = false

/** Writes events and rows until the turns are over. */
async function feed(producer: TopicProducer): Promise<void> {
  for (let round = 0; !isOver; round++) {
    const events = Array.from({ length: 10 }, (_, index) => ({ key: `e${round * 10 + index}`, value: `word${pick(30)}` }))
    await producer.send(topics.events, events)
    for (const { value } of events) expected.counts.set(value, (expected.counts.get(value) ?? 0) + 1)
    const row = { key: `r${pick(60)}`, value: chance.float() < 0.3 ? null : `n${pick(5)}:${round}` }
    await producer.send(topics.rows, [row])
    expected.rows.set(row.key, row.value)
    if (round % 10 === 0) {
      const name = { key: `n${pick(5)}`, value: `name${round}` }
      await producer.send(topics.names, [name])
      expected.names.set(name.key, name.value)
    }
    await sleep(100)
  }
}

/** All records of a topic that are committed now, by key, in order. */
async function committed<V>(name: string, decode: (bytes: Buffer) => V): Promise<Map<string, (V | null)[]>> {
  const [from, until] = [await startsOf(cluster, [name]), await endsOf(cluster, [name])]
  const byKey = new Map<string, (V | null)[]>()
  const { signal } = new AbortController()
  for await (const parts of tailTopics(cluster, { clientId: 'turns', from, until, signal }))
    for (const { key, value } of parts.flatMap(({ records }) => records)) {
      const text = Buffer.from(key!).toString()
      byKey.set(text, [...(byKey.get(text) ?? []), value === null ? null : decode(Buffer.from(value))])
    }
  return byKey
}

const toLong = (bytes: Buffer): number => Number(bytes.readBigInt64BE())
const toText = (bytes: Buffer): string => bytes.toString()

const counted = async (): Promise<number> =>
  [...(await committed(topics.counts.name, toLong)).values()].reduce((sum, counts) => sum + counts.length, 0)

const written = (): number => [...expected.counts.values()].reduce((sum, count) => sum + count, 0)

/** What is wrong, in words. */
async function differences(): Promise<readonly string[]> {
  const counts = await committed(topics.counts.name, toLong)
  const joined = await committed(topics.joined.name, toText)
  const ofCounts = [...expected.counts].flatMap(([word, count]) => {
    const seen = (counts.get(word) ?? []).join()
    return seen === Array.from({ length: count }, (_, index) => index + 1).join()
      ? []
      : [`${word} of ${count} has counts ${seen}`]
  })
  const ofRows = [...expected.rows].flatMap(([key, row]) => {
    const right = row === null ? null : `${row} ${expected.names.get(row.split(':')[0]!) ?? '?'}`
    const last = joined.get(key)?.at(-1) ?? null
    return last === right ? [] : [`${key} is ${last} instead of ${right}`]
  })
  return [...ofCounts, ...ofRows]
}

/** Waits until all is right, or says what is not. */
async function settled(withinMs: number): Promise<readonly string[]> {
  for (const endMs = Date.now() + withinMs; ; await sleep(500)) {
    const left = await differences()
    if (left.length === 0 || Date.now() > endMs) return left
  }
}

/** The store against what its changelog folds to. */
async function storeDifferences(side: Side): Promise<readonly string[]> {
  const changelog = await committed(topics.changelog.name, toLong)
  const rows = await side.rows()
  return [...new Set([...changelog.keys(), ...rows.keys()])].flatMap((key) => {
    const [folded, stored] = [changelog.get(key)?.at(-1) ?? null, rows.get(key) ?? null]
    return folded === stored ? [] : [`${key} is ${stored} in the store of ${side.name}, and ${folded} by its changelog`]
  })
}

/** A turn: it works, is killed somewhere in the midst of it, and the seconds until its first output are told. */
async function turn(side: Side, number: number): Promise<void> {
  const [startMs, before] = [Date.now(), await counted()]
  side.start()
  while ((await counted()) === before) await sleep(300)
  const firstMs = Date.now() - startMs
  await sleep(chance.float() * 3000)
  await side.end('SIGKILL')
  log(
    `turn ${number}: ${side.name}, first output after ${(firstMs / 1000).toFixed(1)} s, killed with ${await counted()} of ${written()} counted`,
  )
}

async function run(): Promise<number> {
  const args = [bootstrapServers, applicationId]
  const onLine = (name: string) => (line: string) =>
    values.verbose && /warn|error|exception/i.test(line) ? log(`${name}: ${line}`) : undefined
  const java = await Side.of('java', args, onLine('java'))
  const millrace = await Side.of('millrace', args, onLine('millrace'))
  const producer = await openProducer(cluster, { clientId: 'turns' })
  const feeding = feed(producer)
  for (let number = 1; number <= Number(values.turns); number++) await turn(number % 2 === 1 ? java : millrace, number)
  isOver = true
  await feeding
  await producer.close()
  const wrong: string[] = []
  for (const last of [millrace, java]) {
    last.start()
    wrong.push(...(await settled(120_000)), ...(await storeDifferences(last)))
    await last.end('SIGTERM')
  }
  const tools = await kafkaTools()
  const hanging = await tools('TransactionsCommand', ['--bootstrap-server', bootstrapServers, 'find-hanging', '--broker-id', '1'])
  if (hanging.trim().split('\n').length > 1) wrong.push(`hanging transactions: ${hanging}`)
  for (const what of wrong) log(`WRONG: ${what}`)
  log(`${values.turns} turns: ${written()} events, ${wrong.length} differences`)
  for (const side of [java, millrace]) side.removeState()
  return wrong.length === 0 ? 0 : 1
}

try {
  process.exitCode = await run()
} finally {
  await admin.close()
  await server?.stop()
}
