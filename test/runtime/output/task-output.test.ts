import t, { type Test } from 'tap'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import { MemoryMetrics } from '../../../lib/metrics/memory-metrics.ts'
import { noHeaders } from '../../../lib/model/headers.ts'
import { TransportError } from '../../../lib/model/errors.ts'
import { silentLogger } from '../../../lib/runtime/logger.ts'
import { ProducerOutput } from '../../../lib/runtime/output/producer-output.ts'
import type { TaskOutput } from '../../../lib/runtime/output/task-output.ts'
import { EmbeddedCluster } from '../../../lib/transport/embedded/embedded-cluster.ts'
import type { Producer } from '../../../lib/transport/producer.ts'
import { settle } from '../simulated-time.ts'
import { producerOptions } from '../running.ts'

/** Two tasks that write to a topic each partition of which acknowledges when the test lets it. */
async function open(t: Test) {
  const clock = new ManualClock(0)
  const cluster = new EmbeddedCluster({ clock })
  t.teardown(() => cluster.close())
  const admin = await cluster.admin({ clientId: 'test' })
  await admin.createTopics([{ name: 'out', partitions: 3 }])
  const real = await cluster.producer({ clientId: 'test', ...producerOptions })
  const gates = Array.from({ length: 3 }, () => Promise.withResolvers<void>())
  const sent: string[] = []
  const logged: number[] = []
  const producer: Producer = {
    newBatch: () => real.newBatch(),
    send: async (at, batch) => {
      if (at.topic === 'changelog') {
        logged.push(batch.count)
        return { baseOffset: 0 }
      }
      sent.push(`${at.partition}: ${batch.count}`)
      await gates[at.partition]!.promise
      return real.send(at, batch)
    },
    close: () => real.close(),
  }
  const said: string[] = []
  const output = new ProducerOutput({
    productionHandler: () => 'fail' as const,
    deadLetterTopic: undefined,
    droppedRecords: new MemoryMetrics().counter('dropped-records', 'test', {}),
    logger: { ...silentLogger, warn: (message) => void said.push(message) },
    producer,
    admin,
    clock,
    metadataMaxAgeMs: 10_000,
    bufferBytesMax: 100,
    patience: { clock, retryBackoffMs: 1, taskTimeoutMs: 0 },
  })
  await output.lookUp(['out'])
  const [first, second] = [{ output: output.ofTask() }, { output: output.ofTask() }]
  const answers = async (partition: number): Promise<void> => {
    gates[partition]!.resolve()
    await settle()
  }
  const refuses = async (partition: number): Promise<void> => {
    gates[partition]!.reject(new TransportError('TRANSPORT_REQUEST_TIMED_OUT', 'retriable', 'No answer.'))
    await settle()
  }
  return { admin, clock, output, first, second, said, sent, logged, answers, refuses }
}

function write({ output }: { readonly output: TaskOutput }, partition: number): void {
  output.topic('out').append(partition, null, Buffer.alloc(200), 1, noHeaders)
}

t.test('a partition that does not answer for a second holds back the task that writes to it, and nobody else', async (t) => {
  const { clock, output, first, second, said, answers } = await open(t)
  write(first, 0)
  write(second, 1)
  const settled = output.settle([first, second])
  await answers(1)
  t.ok(second.output.checkSettled())
  t.notOk(first.output.checkHeldBack(), 'it may be slow')
  clock.advance(1000)
  t.same(await settled, [second])
  t.same([first.output.checkHeldBack(), second.output.checkHeldBack()], [true, false])
  output.turn()
  output.turn()
  t.match(said, [/^out-0 has not acknowledged records for 1000 ms\. The tasks that write there wait; the others go on\.$/]) // prettier-ignore
  t.equal(said.length, 1)
  write(second, 1)
  t.same(await output.settle([first, second]), [second], 'what is held back is not waited for again')
  await answers(0)
  t.notOk(first.output.checkHeldBack())
  t.same(await output.settle([first, second]), [first, second])
})

t.test('a task that was held back waits until all that it wrote is acknowledged', async (t) => {
  const { clock, output, first, answers } = await open(t)
  write(first, 0)
  write(first, 2)
  output.sendAll()
  clock.advance(1000)
  t.ok(first.output.checkHeldBack())
  await answers(0)
  clock.advance(0)
  t.ok(first.output.checkHeldBack(), 'the other partition has not answered')
  await answers(2)
  t.notOk(first.output.checkHeldBack())
})

t.test('bytes for a partition that does not answer leave room for the others', async (t) => {
  const { clock, output, first, second, answers } = await open(t)
  write(first, 0)
  output.turn()
  t.notOk(output.hasRoom, 'until it is known that the partition does not answer')
  clock.advance(1000)
  t.ok(output.hasRoom)
  t.ok(output.heldBytes >= 200, 'memory holds them all the same')
  write(second, 1)
  output.sendAll()
  t.notOk(output.hasRoom)
  await answers(1)
  t.ok(output.hasRoom)
})

t.test("records for a topic that is not known yet are no one else's trouble", async (t) => {
  const { clock, output, first, second } = await open(t)
  first.output.topic('elsewhere').whenKnown(() => undefined, new Promise(() => undefined))
  t.notOk(first.output.checkSettled())
  const settled = output.settle([first, second])
  await settle()
  clock.advance(1000)
  t.same(await settled, [second])
  t.ok(first.output.checkHeldBack())
})

t.test('what lost tasks have written and is not sent yet is given up, and nobody hears of the rest', async (t) => {
  const { output, first, second, sent, answers, refuses } = await open(t)
  write(first, 0)
  write(first, 1)
  output.sendAll()
  write(first, 0)
  output.sendAll()
  write(first, 0)
  write(first, 2)
  output.discard()
  t.same(sent, ['0: 1', '1: 1'])
  write(second, 0)
  write(second, 2)
  output.sendAll()
  t.same(sent, ['0: 1', '1: 1', '2: 1'], 'the batch of the new task waits for the one under way')
  await refuses(1)
  await answers(0)
  await answers(2)
  t.same(sent, ['0: 1', '1: 1', '2: 1', '0: 1'])
  output.turn()
  t.same(await output.settle([second]), [second])
})

function log({ output }: { readonly output: TaskOutput }, partition: number, bytes = 200): void {
  output.changelog('changelog').append(partition, null, Buffer.alloc(bytes), 1, noHeaders)
}

t.test("a changelog is written after the output of its task, and waits for nobody else's", async (t) => {
  const { output, first, second, logged, answers } = await open(t)
  log(first, 0)
  write(first, 0)
  write(second, 1)
  log(second, 1)
  log(second, 1)
  output.sendAll()
  await settle()
  t.same(logged, [])
  await answers(1)
  t.same(logged, [2])
  t.notOk(first.output.checkSettled())
  await answers(0)
  t.same(logged, [2, 1])
  t.same(await output.settle([first, second]), [first, second])
})

t.test('a full batch of a changelog waits for output that the same record is about to write', async (t) => {
  const { first, logged, sent, answers } = await open(t)
  log(first, 0, 300 * 1024)
  write(first, 0)
  await settle()
  t.same([sent, logged], [['0: 1'], []])
  await answers(0)
  t.same(logged, [1])
})

t.test('a changelog waits for records that wait for their topic, and is given up with them', async (t) => {
  const { admin, output, first, second, logged, answers } = await open(t)
  for (const task of [first, second]) task.output.topic('elsewhere').whenKnown(() => write(task, 0))
  log(first, 0)
  log(second, 1)
  second.output.discard()
  await answers(0)
  output.sendAll()
  await settle()
  t.same(logged, [])
  t.notOk(first.output.checkSettled())
  await admin.createTopics([{ name: 'elsewhere', partitions: 1 }])
  await output.lookUp(['elsewhere'])
  await settle()
  t.same(logged, [1], 'that of the task which goes on')
})

t.test('of work that is given up the output is sent, and changelogs are not', async (t) => {
  const { output, first, second, logged, answers } = await open(t)
  write(first, 0)
  log(first, 0)
  first.output.discard()
  log(second, 0)
  log(second, 0)
  output.sendAll()
  await answers(0)
  t.same(logged, [2], 'those of the next owner')
})

t.test('a changelog is not written if output before it fails', async (t) => {
  const { output, first, logged, refuses } = await open(t)
  write(first, 0)
  log(first, 0)
  output.sendAll()
  await refuses(0)
  t.same(logged, [])
  t.throws(() => output.turn(), { code: 'STREAMS_SEND_FAILED' })
})

t.test('of a partition that does not answer the log tells, and not of changelogs that wait for it', async (t) => {
  const { clock, output, first, said } = await open(t)
  write(first, 0)
  log(first, 0)
  output.sendAll()
  await settle()
  clock.advance(1000)
  output.turn()
  t.equal(said.length, 1)
  t.match(said[0], /^out-0 /)
  t.ok(output.hasRoom, 'nor do they take room from other tasks')
})

t.test('a record that waits for its topic when its task is closed is not written', async (t) => {
  const { output, first } = await open(t)
  let written = 0
  first.output.topic('out').whenKnown(() => void written++)
  first.output.discard()
  await output.flush()
  t.equal(written, 0)
})
