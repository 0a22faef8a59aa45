import { rm } from 'node:fs/promises'
import type { Bench } from '../broker/bench.ts'
import { createTopic } from '../broker/topics.ts'
import { startMs } from '../gen/inputs.ts'
import type { InputRecord } from '../gen/inputs.ts'
import { randomBelow } from '../gen/random.ts'
import { keyOf } from '../gen/transfer.ts'
import { writeTopic } from '../gen/write-topic.ts'
import { startOrder } from '../measure/start-order.ts'
import { memoryOf } from '../subject/process-times.ts'
import { SubjectProcess } from '../subject/subject-process.ts'
import type { TimeContender, TimeResult, TimeRow } from './row.ts'

const applicationId = 'bench-i1-app'
const input = 'bench-i1-transfers'

/** A process that starts without its state: from its start until the store is restored from the changelog and the application runs. */
export const i1: TimeRow = {
  kind: 'time',
  unit: 'ms',
  name: 'i1',
  title: 'restore of a store, from process start to running',
  records: { quick: 300_000, full: 1_000_000 },
  goal: 4,
  most: 1_300,
  java: [{ name: 'G1', jvm: ['-XX:-UseSerialGC', '-XX:+UseG1GC'] }],
  async prepare(bench, records) {
    const changelog = `${applicationId}-counts-changelog`
    await createTopic(bench, input)
    await createTopic(bench, changelog)
    await writeTopic(bench, changelog, counts(records))
    return (contender) => restore(bench, contender)
  },
}

/** All passes, of all sides, restore one changelog: its bytes are the same on both sides. */
async function restore(bench: Bench, contender: TimeContender): Promise<TimeResult> {
  const order = startOrder(bench, contender, { topology: 'count', inputs: [input], applicationId })
  await createTopic(bench, order.output)
  const began = performance.now()
  await using subject = new SubjectProcess(contender.command)
  const { restored } = await subject.ask(order)
  const figure = performance.now() - began
  const memory = memoryOf(subject.pid)
  const { rows, sum } = await subject.ask({ kind: 'store', store: 'counts' })
  const { longestStallMs } = await subject.ask({ kind: 'close' })
  await subject.end()
  await rm(order.stateDir, { recursive: true, force: true })
  return { figure, others: { 'restored records': restored }, digest: `${rows} rows, ${sum.toString(16)}`, memory, longestStallMs }
}

function* counts(rows: number): Generator<InputRecord> {
  const value = Buffer.alloc(8)
  for (let row = 0; row < rows; row++) {
    value.writeBigInt64BE(BigInt(1 + randomBelow(1_000, 7, row)))
    yield { key: keyOf(row), value, timestamp: startMs + row }
  }
}
