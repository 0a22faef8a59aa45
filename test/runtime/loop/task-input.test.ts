import t from 'tap'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import { noHeaders } from '../../../lib/model/headers.ts'
import type { TransportErrorKind } from '../../../lib/model/errors.ts'
import { TransportError } from '../../../lib/model/errors.ts'
import type { TopicPartition } from '../../../lib/model/topic-partition.ts'
import { partitionKey } from '../../../lib/model/topic-partition.ts'
import { LoopJobs } from '../../../lib/runtime/loop/loop-jobs.ts'
import { TaskInput } from '../../../lib/runtime/loop/task-input.ts'
import { BoundSerde } from '../../../lib/runtime/serdes/serialization.ts'
import type { Serde } from '../../../lib/model/serde.ts'
import { Serdes } from '../../../lib/serde/serdes.ts'
import { SingleRecordBatch } from '../../../lib/testing/single-record-batch.ts'
import type { FetchedPartition } from '../../../lib/transport/fetcher.ts'
import { FakeTask, managed } from '../task/fake-task.ts'
import { FakeTasks } from '../task/fake-tasks.ts'
import { settle } from '../simulated-time.ts'

const first = { topic: 'in-0', partition: 0 }

function open() {
  const task = new FakeTask('0_0')
  const tasks = new FakeTasks(task)
  const paused = new Set<string>()
  const fetcher = {
    fetched: [] as FetchedPartition[],
    hasNews: false,
    start: () => undefined,
    take: () => fetcher.fetched.splice(0),
    pause: (partition: TopicPartition) => void paused.add(partitionKey(partition)),
    resume: (partition: TopicPartition) => void paused.delete(partitionKey(partition)),
  }
  const jobs = new LoopJobs()
  const clock = new ManualClock(0)
  const memory = { isSpent: false }
  const gate = { isOpen: () => !memory.isSpent }
  const reading = { isolationLevel: 'read_uncommitted', bufferedRecordsPerPartition: 3, maxPollIntervalMs: 1000 } as const
  const input = new TaskInput({ gate, fetcher, tasks, jobs, clock, ...reading })
  return { memory, task, tasks, fetcher, input, jobs, clock, paused }
}

function fetched(partition: TopicPartition, from: number, count: number, error: TransportError | null = null): FetchedPartition {
  const record = { key: null, value: Buffer.from('x'), timestamp: 0, headers: noHeaders }
  const batches = Array.from({ length: count }, (_, index) => new SingleRecordBatch(from + index, record))
  const end = { highWatermark: 10, lastStableOffset: 10, logStartOffset: 0 }
  return { ...partition, ...end, error, batches, abortedTransactions: [] }
}

t.test('records go to the task that reads their partition, from its position on, with what the broker still has', async (t) => {
  const { task, fetcher, input } = open()
  task.seek(first, 1)
  fetcher.fetched = [fetched(first, 0, 3), fetched({ topic: 'other', partition: 0 }, 0, 2)]
  input.handOver()
  t.same([task.buffered, task.fetchPosition(), task.lag], [2, 3, 7])
})

t.test('an answer without batches tells how many records the broker still has', async (t) => {
  const { task, fetcher, input } = open()
  task.seek(first, 10)
  task.setLag(first, 7)
  fetcher.fetched = [fetched(first, 10, 0)]
  input.handOver()
  t.equal(task.lag, 0, 'what was waited for is gone')
  task.setLag(first, 7)
  fetcher.fetched = [{ ...fetched(first, 10, 0), highWatermark: -1 }]
  input.handOver()
  t.equal(task.lag, 7, 'unless the broker does not say')
})

t.test('a task that does not run gets nothing', async (t) => {
  const { task, tasks, fetcher, input } = open()
  tasks.all[0]!.state = 'restoring'
  fetcher.fetched = [fetched(first, 0, 3)]
  input.handOver()
  t.equal(task.buffered, 0)
})

t.test('a partition with enough records is paused until its task has worked them off', async (t) => {
  const { task, fetcher, input, paused } = open()
  fetcher.fetched = [fetched(first, 0, 4)]
  input.handOver()
  t.same([...paused], ['in-0-0'])
  input.resume()
  t.equal(paused.size, 1, 'still too many')
  task.process()
  input.resume()
  t.equal(paused.size, 0)
})

t.test('a paused partition of a task that was closed is not resumed', async (t) => {
  const { tasks, fetcher, input, paused } = open()
  fetcher.fetched = [fetched(first, 0, 4)]
  input.handOver()
  tasks.close(tasks.all[0]!)
  input.resume()
  t.equal(paused.size, 1, 'whoever reads it next says where from')
})

t.test('an offset that is gone is reset; an error that passes is waited out', async (t) => {
  const { tasks, fetcher, input, jobs } = open()
  const failing = (kind: TransportErrorKind) => fetched(first, 0, 0, new TransportError('TRANSPORT_TEST', kind, kind))
  fetcher.fetched = [failing('retriable'), failing('out-of-range')]
  input.handOver()
  await settle()
  t.same(tasks.calls, [])
  await jobs.runAll()
  t.same(tasks.calls, ['reset in-0-0'])
  t.equal(input.failure, null)
})

t.test('a partition that cannot be read is paused, and tells whether records before it are left', async (t) => {
  const { task, tasks, fetcher, input, paused } = open()
  const error = new TransportError('TRANSPORT_TEST', 'fatal', 'corrupt')
  fetcher.fetched = [fetched(first, 0, 1)]
  input.handOver()
  fetcher.fetched = [fetched(first, 0, 0, error)]
  input.handOver()
  t.same([...paused], ['in-0-0'])
  t.strictSame(input.failure, { error, hasRecordsBefore: true })
  task.process()
  t.strictSame(input.failure, { error, hasRecordsBefore: false })
  tasks.close(tasks.all[0]!)
  t.equal(input.failure, null, 'the task went away, and the error with it')
})

/** A serde whose schemas come when the test says. */
function slowly(task: FakeTask) {
  const asked: PromiseWithResolvers<void>[] = []
  const prepareRead = (): Promise<void> => {
    const answer = Promise.withResolvers<void>()
    asked.push(answer)
    return answer.promise
  }
  const value = new BoundSerde({ ...(Serdes.bytes as never as Serde<unknown>), prepareRead }, 'in-0', 'value')
  task.reader = () => ({ key: new BoundSerde(Serdes.bytes as never, 'in-0', 'key'), value })
  return asked
}

t.test('records whose serde fetches schemas follow as a job of the loop, in their order', async (t) => {
  const { task, fetcher, input, jobs, paused } = open()
  const asked = slowly(task)
  fetcher.fetched = [fetched(first, 0, 1)]
  input.handOver()
  fetcher.fetched = [fetched(first, 1, 1)]
  input.handOver()
  t.same([task.buffered, asked.length, [...paused]], [0, 1, ['in-0-0']])
  input.resume()
  t.equal(paused.size, 1, 'there is enough of this partition')
  asked[0]!.resolve()
  await settle()
  t.equal(task.buffered, 0, 'only the loop touches tasks')
  await jobs.runAll()
  t.same([task.buffered, asked.length], [1, 2])
  asked[1]!.resolve()
  await settle()
  await jobs.runAll()
  input.resume()
  t.same([task.buffered, task.fetchPosition(), paused.size], [2, 2, 0])
})

t.test('a partition that cannot be read fails behind the records that wait for their serde', async (t) => {
  const { task, fetcher, input, jobs } = open()
  const asked = slowly(task)
  const error = new TransportError('TRANSPORT_TEST', 'fatal', 'corrupt')
  fetcher.fetched = [fetched(first, 0, 1), fetched(first, 1, 0, error)]
  input.handOver()
  t.equal(input.failure, null)
  asked[0]!.resolve()
  await settle()
  await jobs.runAll()
  t.strictSame(input.failure, { error, hasRecordsBefore: true })
})

t.test('records of a task that was closed meanwhile are left out', async (t) => {
  const { task, tasks, fetcher, input, jobs } = open()
  const asked = slowly(task)
  fetcher.fetched = [fetched(first, 0, 1)]
  input.handOver()
  tasks.close(tasks.all[0]!)
  asked[0]!.reject(new Error('The registry does not answer.'))
  await settle()
  await jobs.runAll()
  t.equal(task.buffered, 0)
})

t.test('a task that was made anew gets its records, also if the closed one still waits for a serde', async (t) => {
  const { task, tasks, fetcher, input, jobs } = open()
  const asked = slowly(task)
  const [former] = tasks.all
  fetcher.fetched = [fetched(first, 0, 1)]
  input.handOver()
  tasks.close(former!)
  const anew = new FakeTask('0_0')
  tasks.all = [{ ...managed(anew), partitions: former!.partitions }]
  fetcher.fetched = [fetched(first, 0, 2)]
  input.handOver()
  asked[0]!.resolve()
  await settle()
  await jobs.runAll()
  t.same([task.buffered, anew.buffered], [0, 2])
})

t.test('a serde that does not answer ends the thread after the poll interval', async (t) => {
  const { task, fetcher, input, jobs, clock } = open()
  slowly(task)
  fetcher.fetched = [fetched(first, 0, 1)]
  input.handOver()
  clock.advance(999)
  await settle()
  await jobs.runAll()
  clock.advance(1)
  await settle()
  await t.rejects(jobs.runAll(), { code: 'STREAMS_SERDE_TIMEOUT', message: /^The serdes of in-0-0 have not prepared .* 1000 ms/ })
})

t.test('nobody waits for a serde after the end of the loop', async (t) => {
  const { task, fetcher, input, jobs, clock } = open()
  slowly(task)
  fetcher.fetched = [fetched(first, 0, 1)]
  input.handOver()
  input.close()
  clock.advance(2000)
  await settle()
  t.ok(jobs.isEmpty)
})

t.test('an offset that is gone is reset once, however many answers say so', async (t) => {
  const { tasks, fetcher, input, jobs, paused } = open()
  const gone = fetched(first, 0, 0, new TransportError('TRANSPORT_OFFSET_OUT_OF_RANGE', 'out-of-range', 'gone'))
  for (let answer = 0; answer < 3; answer++) {
    fetcher.fetched = [gone]
    input.handOver()
  }
  t.same([...paused], ['in-0-0'], 'it is not asked for again meanwhile')
  await settle()
  await jobs.runAll()
  t.same(tasks.calls, ['reset in-0-0'])
  await settle()
  t.ok(jobs.isEmpty)
})

t.test('while the application may hold no more memory, the next fetch is not sent', async (t) => {
  const { input, fetcher, memory } = open()
  let started = 0
  fetcher.start = () => void started++
  memory.isSpent = true
  input.handOver()
  t.same([started, input.isHeldBack], [0, true])
  memory.isSpent = false
  input.handOver()
  t.same([started > 0, input.isHeldBack], [true, false])
})
