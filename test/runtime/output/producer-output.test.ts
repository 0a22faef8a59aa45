import t from 'tap'
import { noHeaders } from '../../../lib/model/headers.ts'
import { silentLogger } from '../../../lib/runtime/logger.ts'
import { ProducerOutput } from '../../../lib/runtime/output/producer-output.ts'
import { MemoryMetrics } from '../../../lib/metrics/memory-metrics.ts'
import { EmbeddedCluster } from '../../../lib/transport/embedded/embedded-cluster.ts'
import { systemClock } from '../../../lib/clock/system-clock.ts'
import { producerOptions } from '../running.ts'

const partitions = 40

async function open(bufferBytesMax: number) {
  const cluster = new EmbeddedCluster({ clock: systemClock })
  t.teardown(() => cluster.close())
  const admin = await cluster.admin({ clientId: 'test' })
  await admin.createTopics([{ name: 'out', partitions }])
  const producer = await cluster.producer({ clientId: 'test', ...producerOptions })
  const droppedRecords = new MemoryMetrics().counter('dropped-records', 'test', {})
  const handling = { productionHandler: () => 'fail' as const, deadLetterTopic: undefined, droppedRecords, logger: silentLogger }
  const output = new ProducerOutput({
    ...handling,
    producer,
    admin,
    clock: systemClock,
    metadataMaxAgeMs: 10_000,
    bufferBytesMax,
    patience: { clock: systemClock, retryBackoffMs: 1, taskTimeoutMs: 0 },
  })
  await output.lookUp(['out'])
  return output
}

/** Puts `bytes` into the open batch of each partition. */
function fill(output: ProducerOutput, bytes: number): void {
  for (let partition = 0; partition < partitions; partition++)
    output.ofTask().topic('out').append(partition, null, new Uint8Array(bytes), 1, noHeaders)
}

t.test('open batches count as held, until the broker has them', async (t) => {
  const output = await open(1024 * 1024)
  t.equal(output.heldBytes, 0)
  fill(output, 1000)
  t.ok(output.heldBytes >= partitions * 1000, `${output.heldBytes} bytes`)
  await output.flush()
  t.equal(output.heldBytes, 0)
})

t.test('open batches of many partitions that are more than the buffer together are sent', async (t) => {
  const output = await open(20_000)
  fill(output, 600)
  t.ok(output.hasRoom)
  output.turn()
  t.notOk(output.hasRoom, 'until they are acknowledged')
  await output.flush()
  t.ok(output.hasRoom)
})

t.test('a loop that was busy for long while answers came does not take its brokers for silent', async (t) => {
  const output = await open(1024 * 1024)
  const task = { output: output.ofTask() }
  task.output.topic('out').append(0, null, new Uint8Array(10), 1, noHeaders)
  output.sendAll()
  await Promise.resolve()
  for (const busyUntilMs = performance.now() + 1200; performance.now() < busyUntilMs;);
  t.same(await output.settle([task]), [task], 'it is committed')
})
