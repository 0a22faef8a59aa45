/**
 * Tortures an application of many operators, exactly once, on a cluster of its own: members are killed, terminated and stopped, brokers are
 * killed, coordinators move, connections break and fall silent. Each torment begins while a transaction is open. In the end, what Java's
 * console consumer reads of committed records must be what the input says: nothing lost, nothing twice. No store whose state was there is restored from its
 * changelog's start, and no transaction hangs.
 *
 *     npm run torture:operators -- [--brokers 1|3] [--torments 100] [--seed N]
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { seededChance } from '../../lib/clock/chance.ts'
import { kafka, openAdmin, openProducer } from '../../lib/index.ts'
import { kafkaTools } from '../servers/kafka-tools.ts'
import { startKafka } from '../servers/kafka.ts'
import { KafkaProxy } from './kafka-proxy.ts'
import { OperatorsInput, outputs } from './operators-input.ts'
import type { Said } from './operators-input.ts'
import { operatorTopics } from './operators-topology.ts'
import { Restores } from './restores.ts'
import { TorturedMember } from './tortured-member.ts'

const { values } = parseArgs({
  options: {
    brokers: { type: 'string', default: '1' },
    torments: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
  },
})
const brokers = Number(values.brokers)
const chance = seededChance(Number(values.seed))
const between = (from: number, to: number): number => from + chance.float() * (to - from)
const pick = (count: number): number => Math.floor(chance.float() * count)
const log = (line: string): void => console.log(`${new Date().toISOString().slice(11, 19)} ${line}`)

const server = await startKafka({ brokers })
const cluster = kafka({ bootstrapServers: server.bootstrapServers })
const application = `operators-${Date.now()}`
const topics = operatorTopics(application)
const admin = await openAdmin(cluster, { clientId: 'torture' })
await admin.createTopics(Object.values(topics).map(({ name }) => ({ name, partitions: 3, config: { 'retention.ms': '-1' } })))
const proxy = new KafkaProxy()
const addresses = server.bootstrapServers.split(',').map((address) => address.split(':') as [string, string])
const ports = await Promise.all(addresses.map(([host, port]) => proxy.portFor({ host, port: Number(port) })))
const bootstrap = ports.map((port) => `127.0.0.1:${port}`).join(',')
const restores = new Restores()
const members = ['a', 'b', 'c', 'd'].map(
  (id) =>
    new TorturedMember(id, [bootstrap, application], {
      file: fileURLToPath(new URL('operators-member.ts', import.meta.url)),
      onLine: (line) => (restores.take(id, line) ? undefined : console.log(line)),
    }),
)
for (const member of members) member.start()

/** Whether the transaction of a member is open. Of one that was killed: whether it was. */
function isOpen({ dir }: TorturedMember): boolean {
  try {
    return readFileSync(join(dir, 'open'), 'latin1') === '1'
  } catch {
    return false
  }
}

/** Resolves to whether one of them has a transaction open, after at most 30 s. */
async function untilOpen(of: readonly TorturedMember[]): Promise<boolean> {
  for (const endMs = Date.now() + 30_000; Date.now() < endMs; await sleep(2)) if (of.some(isOpen)) return true
  return false
}

async function bounce(id: number, downMs: number): Promise<void> {
  await server.killBroker(id)
  await sleep(downMs)
  await server.startBroker(id)
}

/** The broker that coordinates the group: the leader of its partition of `__consumer_offsets`. */
async function coordinator(): Promise<number> {
  const [offsets] = await admin.metadata(['__consumer_offsets'])
  let hash = 0
  for (const char of application) hash = (Math.imul(31, hash) + char.charCodeAt(0)) | 0
  const partition = (hash & 0x7fffffff) % offsets!.partitions.length
  return offsets!.partitions.find((each) => each.partition === partition)!.leader
}

/** Each answers whether it began while a transaction was open. */
const torments: Readonly<Record<string, () => Promise<boolean>>> = {
  async kill() {
    const member = members[pick(members.length)]!
    await untilOpen([member])
    member.signal('SIGKILL')
    await member.ended
    const wasOpen = isOpen(member)
    await sleep(between(100, 5000))
    member.start()
    return wasOpen
  },
  async terminate() {
    const member = members[pick(members.length)]!
    const wasOpen = await untilOpen([member])
    member.signal('SIGTERM')
    await member.ended
    member.start()
    return wasOpen
  },
  async stop() {
    const member = members[pick(members.length)]!
    await untilOpen([member])
    member.signal('SIGSTOP')
    const wasOpen = isOpen(member)
    await sleep(between(500, 20_000))
    member.signal('SIGCONT')
    return wasOpen
  },
  async bounce() {
    const wasOpen = await untilOpen(members)
    await bounce(1 + pick(brokers), between(100, 5000))
    return wasOpen
  },
  async coordinator() {
    const id = await coordinator()
    const wasOpen = await untilOpen(members)
    await bounce(id, between(100, 5000))
    return wasOpen
  },
  async reset() {
    const wasOpen = await untilOpen(members)
    proxy.break()
    await sleep(between(0, 500))
    proxy.isDown = false
    return wasOpen
  },
  async blackhole() {
    const wasOpen = await untilOpen(members)
    proxy.isSilent = true
    await sleep(60_000)
    proxy.isSilent = false
    // What was swallowed never comes: the connections are of no use any more.
    proxy.break()
    proxy.isDown = false
    return wasOpen
  },
}

/** How often each torment happened, and how often of it a transaction was open. */
async function torment(): Promise<Readonly<Record<string, string>>> {
  await sleep(15_000)
  const names = Object.keys(torments)
  const counts = names.map(() => ({ all: 0, open: 0 }))
  for (let count = 0; count < Number(values.torments); count++) {
    const kind = count % names.length
    const wasOpen = await torments[names[kind]!]!()
    counts[kind]!.all++
    if (wasOpen) counts[kind]!.open++
    log(`torment ${count + 1}: ${names[kind]}${wasOpen ? '' : ', no transaction was open'}`)
    await sleep(between(500, 5000))
  }
  return Object.fromEntries(names.map((name, index) => [name, `${counts[index]!.all} (${counts[index]!.open} open)`]))
}

const tools = await kafkaTools()

/** What Java's console consumer reads of a topic. */
async function said(topic: string): Promise<Said> {
  const from = ['--bootstrap-server', server.bootstrapServers, '--topic', topic, '--from-beginning', '--timeout-ms', '5000']
  const format = ['--isolation-level', 'read_committed', '--formatter-property', 'print.key=true']
  const text = await tools('consumer.ConsoleConsumer', [...from, ...format])
  const values = new Map<string, (string | null)[]>()
  for (const line of text.split('\n').filter((each) => each.includes('\t'))) {
    const [key, value] = line.split('\t') as [string, string]
    const ofKey = values.get(key) ?? []
    values.set(key, ofKey)
    ofKey.push(value === 'null' ? null : value)
  }
  return values
}

const input = new OperatorsInput(topics, chance)
const producer = await openProducer(cluster, { clientId: 'torture' })
let isOver = false
const feeding = input.feed(producer, () => isOver)
const kinds = await torment()
isOver = true
await feeding
await producer.close()
for (const member of members) {
  member.signal('SIGCONT')
  member.start()
}
log(`${input.events} events were sent; the torture ends`)

async function differences(): Promise<readonly string[]> {
  const wrong: string[] = []
  for (const output of outputs) wrong.push(...input.differences(output, await said(topics[output].name)))
  return wrong
}

let wrong = await differences()
for (let tries = 0; wrong.length > 0 && tries < 20; tries++) wrong = await differences()
for (const member of members) member.signal('SIGTERM')
await Promise.all(members.map((member) => member.ended))
const hanging = await tools('TransactionsCommand', [
  '--bootstrap-server',
  server.bootstrapServers,
  'find-hanging',
  '--broker-id',
  '1',
])
const failures = [...wrong, ...restores.fromTheStart, ...hanging.trim().split('\n').slice(1)]
for (const failure of failures.slice(0, 50)) log(`WRONG: ${failure}`)
log(`torments: ${Object.entries(kinds).map(([kind, count]) => `${kind} ${count}`).join(', ')}`) // prettier-ignore
log(
  `${brokers} brokers, ${input.events} events: ${wrong.length} differences; ${restores.count} restores, ${restores.fromTheStart.length} from the start of what was there`,
)
for (const member of members) member.memory()
proxy.close()
await admin.close()
await server.stop()
process.exitCode = failures.length > 0 ? 1 : 0
