import { rm } from 'node:fs/promises'
import type { Bench } from '../broker/bench.ts'
import { createTopic } from '../broker/topics.ts'
import { stream } from '../gen/inputs.ts'
import { writeTopic } from '../gen/write-topic.ts'
import { drained } from '../measure/drained.ts'
import { latencies, quantile } from '../measure/latencies.ts'
import { startOrder } from '../measure/start-order.ts'
import { memoryOf } from '../subject/process-times.ts'
import { SubjectProcess } from '../subject/subject-process.ts'
import type { TimeContender, TimeResult, TimeRow } from './row.ts'

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
  async prepare(bench, records) {
    await createTopic(bench, 'bench-j1-floor')
    const floor = await latencies(bench, { from: 'bench-j1-floor', to: 'bench-j1-floor', records, perSecond })
    return (contender) => latency(bench, contender, records, quantile(floor.timesMs, 0.99))
  },
}

async function latency(bench: Bench, contender: TimeContender, records: number, floorMs: number): Promise<TimeResult> {
  const from = `${contender.prefix}transfers`
  const order = startOrder(bench, contender, { topology: 'bytes', inputs: [from], settings: { lingerMs: 0 } })
  await createTopic(bench, from)
  await createTopic(bench, order.output)
  await writeTopic(bench, from, stream({ records: warmUpRecords, keys: 10_000, seed: 1, perMs: 1, lateMs: 1_000 }))
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
