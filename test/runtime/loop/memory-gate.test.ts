import t from 'tap'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import { StreamsBuilder } from '../../../lib/dsl/streams-builder.ts'
import { EmbeddedKafka } from '../../../lib/embedded.ts'
import { KafkaStreams } from '../../../lib/kafka-streams.ts'
import { MemoryBudget } from '../../../lib/model/memory-budget.ts'
import { topic } from '../../../lib/model/topic.ts'
import { MemoryGate } from '../../../lib/runtime/loop/memory-gate.ts'
import { silentLogger } from '../../../lib/runtime/logger.ts'
import { Serdes } from '../../../lib/serde/serdes.ts'
import { openLmdbStorage } from '../../../lib/storage/lmdb/open-lmdb-storage.ts'
import { directory } from '../../storage/media.ts'
import { createTopics, produce, until } from '../running.ts'

t.test('while a budget is spent nothing comes in, and the log says every ten seconds who holds it', async (t) => {
  const clock = new ManualClock()
  const said: string[] = []
  const memory = new MemoryBudget(10)
  let held = 9
  memory.add('stores', () => held)
  const gate = new MemoryGate({ memory, clock, logger: { ...silentLogger, warn: (message) => void said.push(message) } })
  t.ok(gate.isOpen())
  held = 10
  t.notOk(gate.isOpen())
  t.notOk(gate.isOpen())
  t.equal(said.length, 1)
  t.match(said[0], /memoryMaxBytes: 10.*stores 10/)
  clock.advance(10_000)
  t.notOk(gate.isOpen())
  t.equal(said.length, 2)
  held = 0
  t.ok(gate.isOpen())
})

const input = topic('in', { key: Serdes.string, value: Serdes.string })
const rowBytes = 1000
const rows = 2000

/** Runs a table over `rows` keys with a megabyte of memory, until nothing changes any more. */
async function run(more: object): Promise<{ readonly seen: number; readonly said: readonly string[] }> {
  await using cluster = await EmbeddedKafka.open()
  await createTopics(cluster, { in: 1 })
  const said: string[] = []
  let seen = 0
  const builder = new StreamsBuilder()
  builder
    .table(input, { store: 's' })
    .toStream()
    .foreach(() => void seen++)
  const logger = { ...silentLogger, warn: (message: string) => void said.push(message) }
  const options = { applicationId: 'app', cluster, logger, memoryMaxBytes: 1024 * 1024, bufferedRecordsPerPartition: 10 }
  const limits = { statestoreCacheMaxBytes: 0, maxPartitionFetchBytes: 50_000, commitIntervalMs: 10 }
  await using streams = new KafkaStreams(builder.build(), { ...options, ...limits, ...more })
  await streams.start()
  const value = 'x'.repeat(rowBytes)
  await produce(
    cluster,
    input,
    Array.from({ length: rows }, (_, key) => [String(key), value] as const),
  )
  const isStill = (): boolean => seen === rows || said.length > 0
  await until('all is seen, or nothing more comes in', isStill)
  await new Promise((resolve) => setTimeout(resolve, 300))
  return { seen, said }
}

t.test('with stores in memory that take all of it, input waits, and nothing grows', async (t) => {
  const { seen, said } = await run({})
  t.ok(seen > 500 && seen < 1500, `${seen} of ${rows} rows of ${rowBytes} bytes in 1 MiB`)
  t.match(said[0], /Input waits/)
})

t.test('with stores on disk checkpoints make room, and all comes in', async (t) => {
  const { seen } = await run({ storage: await openLmdbStorage(directory(t)) })
  t.equal(seen, rows)
})
