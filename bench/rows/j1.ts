import { rm } from 'node:fs/promises'
import type { Bench } from '../broker/bench.ts'
import { createTopic, deleteTopics } from '../broker/topics.ts'
import { firstData } from '../gen/data-set.ts'
import { writeTopic } from '../gen/write-topic.ts'
import { drained } from '../measure/drained.ts'
import { latencies, quantile } from '../measure/latencies.ts'
import { startOrder } from '../measure/start-order.ts'
import type { Settings } from '../protocol.ts'
import { memoryOf } from '../subject/process-times.ts'
import { SubjectProcess } from '../subject/subject-process.ts'
import type { TimeContender, TimeResult, TimeRow, TimeTrial } from './row.ts'

/** So many records first, as fast as they go, for the compilers of both sides. */
const warmUpRecords = 200_000
const perSecond = 1_000

/** A record a millisecond: from the call that sends it until its output has been read. */
export const j1: TimeRow = {
  kind: 'time',
  unit: 'ms',
  name: 'j1',
  title: 'latency at 1,000 records/s, p99; linger 0',
  records: { quick: 5_000, full: 30_000 },
  goal: 2,
  java: [{ name: 'G1', jvm: ['-XX:-UseSerialGC', '-XX:+UseG1GC'] }],
  prepare: (bench, records) => prepareLatency(bench, records, { lingerMs: 0 }),
}

/** As j1, until a reader sees the output who reads what is committed only. */
export const j2: TimeRow = {
  ...j1,
  name: 'j2',
  title: 'latency at 1,000 records/s, p99; exactly once, commits every 100 ms, read committed',
  goal: 4,
  most: 25,
  prepare: (bench, records) =>
    prepareLatency(bench, records, { lingerMs: 0, guarantee: 'exactly_once_v2', commitIntervalMs: 100 }),
}

async function prepareLatency(bench: Bench, records: number, settings: Partial<Settings>): Promise<TimeTrial> {
  const topic = 'bench-j-floor'
  await createTopic(bench, topic)
  const floor = await latencies(bench, { from: topic, to: topic, records, perSecond })
  await deleteTopics(bench, topic)
  return (contender) => latency(bench, contender, { records, settings, floorMs: quantile(floor.timesMs, 0.99) })
}

interface Paced {
  readonly records: number
  readonly settings: Partial<Settings>
  readonly floorMs: number
}

async function latency(bench: Bench, contender: TimeContender, { records, settings, floorMs }: Paced): Promise<TimeResult> {
  const from = `${contender.prefix}transfers`
  const order = startOrder(bench, contender, { topology: 'bytes', inputs: [from], settings })
  await createTopic(bench, from)
  await createTopic(bench, order.output)
  await writeTopic(bench, from, firstData.stream({ records: warmUpRecords, keys: 10_000, seed: 1, perMs: 1, lateMs: 1_000 }))
  await using subject = new SubjectProcess(contender.command)
  await subject.ask(order)
  await drained(bench, subject, warmUpRecords)
  const { timesMs, digest } = await latencies(bench, { from, to: order.output, records, perSecond })
  const memory = memoryOf(subject.pid)
  const { longestStallMs } = await subject.ask({ kind: 'close' })
  await subject.end()
  await rm(order.stateDir, { recursive: true, force: true })
  const others = { p50: quantile(timesMs, 0.5), 'p99 of the floor': floorMs }
  return { figure: quantile(timesMs, 0.99), others, digest, memory, longestStallMs }
}
