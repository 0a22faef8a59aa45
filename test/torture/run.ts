/**
 * Tortures three members of an application on a real cluster: at random they are killed, terminated and stopped, and the proxy before the
 * brokers breaks all connections, is slow, or silent. A fourth member, the witness, suffers from the cluster alone, and lives as long as the
 * run. Then every event must have been processed. Events that were processed more than once are counted, and how the resident memory of
 * the members grew. With `exactly_once_v2` readers of committed records must see each event once.
 *
 *     npm run torture -- --bootstrap HOST:PORT [--minutes 30] [--seed N] [--rate EVENTS_PER_SECOND] [--guarantee exactly_once_v2]
 */
import { parseArgs } from 'node:util'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { seededChance } from '../../lib/clock/chance.ts'
import { kafka, openAdmin, openConsumer, openProducer, Serdes, topic } from '../../lib/index.ts'
import { KafkaProxy } from './kafka-proxy.ts'
import { TorturedMember } from './tortured-member.ts'

const { values } = parseArgs({
  options: {
    bootstrap: { type: 'string' },
    minutes: { type: 'string', default: '30' },
    seed: { type: 'string', default: '1' },
    rate: { type: 'string', default: '100' },
    guarantee: { type: 'string', default: 'at_least_once' },
  },
})
if (values.bootstrap === undefined) throw new TypeError('Name a broker: --bootstrap HOST:PORT.')
const isExactlyOnce = values.guarantee === 'exactly_once_v2'
const chance = seededChance(Number(values.seed))
const between = (from: number, to: number): number => from + chance.float() * (to - from)
const name = `torture-${Date.now()}`
const events = topic(`${name}-events`, { key: Serdes.string, value: Serdes.string })
const seen = topic(`${name}-seen`, { key: Serdes.string, value: Serdes.long })
const log = (line: string): void => console.log(`${new Date().toISOString().slice(11, 19)} ${line}`)

const cluster = kafka({ bootstrapServers: values.bootstrap })
const admin = await openAdmin(cluster, { clientId: 'torture' })
await admin.createTopics([
  { name: events.name, partitions: 6, config: { 'retention.ms': '-1' } },
  { name: seen.name, partitions: 6, config: { 'retention.ms': '-1' } },
])
const proxy = new KafkaProxy()
const [host, port] = values.bootstrap.split(',')[0]!.split(':') as [string, string]
const bootstrap = `127.0.0.1:${await proxy.portFor({ host, port: Number(port) })}`
const memberArgs = [bootstrap, name, events.name, seen.name, values.guarantee]
const program = { file: fileURLToPath(new URL('member.ts', import.meta.url)) }
const members = ['a', 'b', 'c'].map((id) => new TorturedMember(id, memberArgs, program))
const witness = new TorturedMember('witness', memberArgs, program)
const all = [...members, witness]
for (const member of all) member.start()

const endMs = Date.now() + Number(values.minutes) * 60_000
const torments: Readonly<Record<string, () => Promise<void>>> = {
  async kill() {
    const member = members[Math.floor(chance.float() * members.length)]!
    member.signal('SIGKILL')
    await sleep(between(100, 20_000))
    member.start()
  },
  async terminate() {
    const member = members[Math.floor(chance.float() * members.length)]!
    member.signal('SIGTERM')
    await member.ended
    member.start()
  },
  async stop() {
    const member = members[Math.floor(chance.float() * members.length)]!
    member.signal('SIGSTOP')
    await sleep(between(500, 30_000))
    member.signal('SIGCONT')
  },
  async bounce() {
    proxy.break()
    await sleep(between(500, 15_000))
    proxy.isDown = false
  },
  async latency() {
    proxy.latencyMs = between(20, 400)
    await sleep(between(5000, 20_000))
    proxy.latencyMs = 0
  },
  async blackhole() {
    proxy.isSilent = true
    await sleep(between(500, 20_000))
    proxy.isSilent = false
    // What was swallowed never comes: the connections are of no use any more.
    proxy.break()
    proxy.isDown = false
  },
}

async function torment(): Promise<void> {
  await sleep(20_000)
  const names = Object.keys(torments)
  while (Date.now() < endMs) {
    const torture = names[Math.floor(chance.float() * names.length)]!
    log(torture)
    await torments[torture]!()
    await sleep(between(1000, 15_000))
  }
}

async function feed(): Promise<number> {
  const producer = await openProducer(cluster, { clientId: 'torture' })
  const perTick = Math.max(1, Math.round(Number(values.rate) / 10))
  let sent = 0
  while (Date.now() < endMs) {
    const rows = Array.from({ length: perTick }, (_, index) => ({ key: String((sent + index) % 50), value: `e${sent + index}` }))
    await producer.send(events, rows)
    sent += perTick
    await sleep(100)
  }
  await producer.close()
  return sent
}

/** Reads how often each event was processed, and how often readers see that, until all were. */
async function outcome(sent: number, withinMs: number): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>()
  const times = new Map<string, number>()
  const isolationLevel = isExactlyOnce ? 'read_committed' : 'read_uncommitted'
  const consumer = await openConsumer(cluster, { clientId: 'torture', topics: [seen], isolationLevel })
  const late = setTimeout(() => void consumer.close(), withinMs)
  for await (const { records } of consumer) {
    for (const { key, value } of records) {
      if (key === null || value === null) continue
      times.set(key, (times.get(key) ?? 0) + 1)
      counts.set(key, Math.max(counts.get(key) ?? 0, value, isExactlyOnce ? times.get(key)! : 0))
    }
    if (counts.size >= sent) break
  }
  clearTimeout(late)
  await consumer.close()
  return counts
}

const [sent] = await Promise.all([feed(), torment()])
for (const member of all) {
  member.signal('SIGCONT')
  member.start()
}
log(`${sent} events were sent; the torture ends`)
const counts = await outcome(sent, 300_000)
const lost = Array.from({ length: sent }, (_, index) => `e${index}`).filter((event) => !counts.has(event))
const repeated = [...counts.values()].reduce((sum, count) => sum + count - 1, 0)
for (const member of all) member.signal('SIGTERM')
await Promise.all(all.map((member) => member.ended))
proxy.close()
await admin.close()
for (const member of all) log(member.memory())
log(
  `${sent} events: ${lost.length} lost, ${repeated} processed once more${lost.length > 0 ? `; lost: ${lost.slice(0, 20).join(', ')}` : ''}`,
)
process.exitCode = lost.length > 0 || (isExactlyOnce && repeated > 0) ? 1 : 0
