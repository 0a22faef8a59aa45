import { rm } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { Bench } from '../broker/bench.ts'
import { createTopic } from '../broker/topics.ts'
import { startMs } from '../gen/inputs.ts'
import type { InputRecord } from '../gen/inputs.ts'
import { keyOf, transferValue } from '../gen/transfer.ts'
import { writeTopic } from '../gen/write-topic.ts'
import { startOrder } from '../measure/start-order.ts'
import { unlessFailed } from '../measure/unless-failed.ts'
import { cpuMicroseconds, memoryOf } from '../subject/process-times.ts'
import { SubjectProcess } from '../subject/subject-process.ts'
import { digestOf } from '../verify/digest.ts'
import { Tail } from '../verify/tail.ts'
import type { TimeContender, TimeResult, TimeRow } from './row.ts'

const input = 'bench-idle-transfers'
const partitions = 100
/** Some in each partition: their outputs say that all tasks run. */
const records = 1_000
/** What the start leaves to compilers, collectors and the first commit is over by then. */
const settleMs = 35_000

/** Nothing comes any more: what an application costs that waits for records of many partitions, with all defaults. */
export const idle: TimeRow = {
  kind: 'time',
  unit: 'CPU-ms/min',
  name: 'idle',
  title: `${partitions} quiet partitions, all defaults`,
  records: { quick: 60, full: 300 },
  goal: 1,
  java: [{ name: 'G1', jvm: ['-XX:-UseSerialGC', '-XX:+UseG1GC'] }],
  async prepare(bench, seconds) {
    const wide = { ...bench, partitions }
    await createTopic(wide, input)
    await writeTopic(wide, input, few())
    return (contender) => quiet(wide, contender, seconds)
  },
}

async function quiet(bench: Bench, contender: TimeContender, seconds: number): Promise<TimeResult> {
  const order = startOrder(bench, contender, { topology: 'bytes', inputs: [input] })
  await createTopic(bench, order.output)
  await using tail = await Tail.of(bench, order.output)
  await using subject = new SubjectProcess(contender.command)
  const running = subject.ask(order)
  const digest = await unlessFailed(outputs(tail), running)
  await running
  await delay(settleMs)
  const before = cpuMicroseconds(subject.pid)
  await delay(seconds * 1000)
  const figure = (cpuMicroseconds(subject.pid) - before) / 1000 / (seconds / 60)
  const memory = memoryOf(subject.pid)
  const { longestStallMs } = await subject.ask({ kind: 'close' })
  await subject.end()
  await rm(order.stateDir, { recursive: true, force: true })
  return { figure, others: {}, digest, memory, longestStallMs }
}

async function outputs(tail: Tail): Promise<string> {
  const digest = digestOf('every record')
  let seen = 0
  await tail.until(
    (key, value, timestamp) => void (digest.add(key, value, timestamp), seen++),
    () => seen >= records,
  )
  return digest.text()
}

function* few(): Generator<InputRecord> {
  for (let index = 0; index < records; index++)
    yield { key: keyOf(index), value: transferValue(100_000, index), timestamp: startMs + index }
}
