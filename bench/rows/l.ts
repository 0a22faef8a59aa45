import { rm } from 'node:fs/promises'
import type { Bench } from '../broker/bench.ts'
import { createTopic } from '../broker/topics.ts'
import { startMs } from '../gen/inputs.ts'
import { keyOf, transferValue } from '../gen/transfer.ts'
import { writeTopic } from '../gen/write-topic.ts'
import { startOrder } from '../measure/start-order.ts'
import { memoryOf } from '../subject/process-times.ts'
import { unlessFailed } from '../measure/unless-failed.ts'
import { SubjectProcess } from '../subject/subject-process.ts'
import { digestOf } from '../verify/digest.ts'
import { Tail } from '../verify/tail.ts'
import type { TimeContender, TimeResult, TimeRow } from './row.ts'

const input = 'bench-l-transfers'

/** A record waits: from the start of a process until its first output can be read. */
export const l: TimeRow = {
  kind: 'time',
  unit: 'ms',
  name: 'l',
  title: 'cold start, from process start to first output',
  records: { quick: 1, full: 1 },
  goal: 5,
  java: [{ name: 'C1 only', jvm: ['-XX:TieredStopAtLevel=1', '-Xshare:auto'] }],
  async prepare(bench) {
    await createTopic(bench, input)
    await writeTopic(bench, input, [{ key: keyOf(1), value: transferValue(100_000, 1), timestamp: startMs }])
    return (contender) => coldStart(bench, contender)
  },
}

async function coldStart(bench: Bench, contender: TimeContender): Promise<TimeResult> {
  const order = startOrder(bench, contender, { topology: 'bytes', inputs: [input], settings: { lingerMs: 0 } })
  await createTopic(bench, order.output)
  await using tail = await Tail.of(bench, order.output)
  const digest = digestOf('every record')
  let seen = 0
  const began = performance.now()
  await using subject = new SubjectProcess(contender.command)
  const running = subject.ask(order)
  const first = tail.until(
    (key, value, timestamp) => void (digest.add(key, value, timestamp), seen++),
    () => seen > 0,
  )
  await unlessFailed(first, running)
  const figure = performance.now() - began
  await running
  const memory = memoryOf(subject.pid)
  const { longestStallMs } = await subject.ask({ kind: 'close' })
  await subject.end()
  await rm(order.stateDir, { recursive: true, force: true })
  return { figure, others: {}, digest: digest.text(), memory, longestStallMs }
}
