import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { kafka, openAdmin, openConsumer, openProducer, Serdes, topic } from '../../../lib/index.ts'
import { seededChance } from '../../../lib/clock/chance.ts'
import { sharedKafka } from '../../servers/kafka-for-tests.ts'

const program = fileURLToPath(new URL('exactly-once-process.ts', import.meta.url))
const total = 600
const words = 12

t.test('kill -9 on a real Kafka: what readers of committed records see has each record once', async (t) => {
  const bootstrapServers = await sharedKafka(t)
  if (bootstrapServers === null) return
  const chance = seededChance(Number(process.env['SEED'] ?? 5))
  const name = `once-${Date.now()}`
  const input = topic(`${name}-in`, { key: Serdes.string, value: Serdes.string })
  const output = topic(`${name}-out`, { key: Serdes.string, value: Serdes.long })
  const cluster = kafka({ bootstrapServers })
  const admin = await openAdmin(cluster, { clientId: 'test' })
  await admin.createTopics([input, output].map((each) => ({ name: each.name, partitions: 2 })))
  await admin.close()
  const producer = await openProducer(cluster, { clientId: 'test' })
  const consumer = await openConsumer(cluster, { clientId: 'test', topics: [output] })
  const seen = new Map<string, number[]>()
  const count = (): number => [...seen.values()].reduce((sum, { length }) => sum + length, 0)
  const reading = (async () => {
    for await (const { records } of consumer)
      for (const { key, value } of records) seen.set(key!, [...(seen.get(key!) ?? []), value!])
  })()
  const writing = (async () => {
    for (let index = 0; index < total; index++) {
      await producer.send(input, [{ key: `k${index}`, value: `w${index % words}` }])
      await sleep(15)
    }
  })()
  const restores: { readonly start: number; readonly end: number }[] = []
  const run = (): ChildProcess => {
    // Nothing of the test runner's, which would load its hooks into the child.
    const { NODE_OPTIONS: _options, ...env } = process.env
    const args = ['--conditions=millrace-source', program, bootstrapServers, name, t.testdirName, input.name, output.name]
    const child = spawn(process.execPath, args, { env })
    const read = (line: string): void => void (line.startsWith('{') ? restores.push(JSON.parse(line)) : console.error(line))
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', read)
    return child
  }
  t.testdir()
  for (let kills = 0; kills < 4; kills++) {
    const before = count()
    const child = run()
    while (count() < before + 20) await sleep(20)
    await sleep(chance.float() * 300)
    child.kill('SIGKILL')
    await once(child, 'close')
  }
  const last = run()
  await writing
  while (count() < total) await sleep(50)
  await sleep(500)
  last.kill('SIGTERM')
  await once(last, 'close')
  await consumer.close()
  await Promise.all([reading, producer.close()])
  t.equal(seen.size, words)
  for (const counts of seen.values()) t.same(counts, Array.from({ length: total / words }, (_, index) => index + 1)) // prettier-ignore
  t.ok(
    restores.some(({ start }) => start > 0),
    'stores went on from where they were stored',
  )
})
