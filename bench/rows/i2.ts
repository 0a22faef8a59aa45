import { rm } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { Bench } from '../broker/bench.ts'
import { createTopic, endOffsets, requireCommitted } from '../broker/topics.ts'
import { stream } from '../gen/inputs.ts'
import type { InputRecord } from '../gen/inputs.ts'
import { writeTopic } from '../gen/write-topic.ts'
import { drained } from '../measure/drained.ts'
import { startOrder } from '../measure/start-order.ts'
import type { Settings, StartOrder } from '../protocol.ts'
import { memoryOf } from '../subject/process-times.ts'
import { unlessFailed } from '../measure/unless-failed.ts'
import { SubjectProcess } from '../subject/subject-process.ts'
import { readTopic } from '../verify/read-topic.ts'
import { Tail } from '../verify/tail.ts'
import type { JavaVariant, TimeContender, TimeResult, TimeRow, TimeTrial } from './row.ts'

const killedAfter = 0.8
/** At least once, both sides commit once a second. Exactly once has Kafka's 100 ms. */
const settings: Partial<Settings> = { commitIntervalMs: 1_000 }
const exactlyOnce: Partial<Settings> = { guarantee: 'exactly_once_v2', commitIntervalMs: 100 }
const java: readonly JavaVariant[] = [
  { name: 'exactly once', settings: exactlyOnce },
  { name: 'exactly once, transactional stores', settings: { ...exactlyOnce, transactionalStores: true } },
]

/** A static member is killed in the middle of b3, and starts again at once: from its start until its first new output. */
export const i2: TimeRow = {
  kind: 'time',
  unit: 'ms',
  name: 'i2',
  title: 'kill -9 under load, from the new start to the first new output; static member',
  records: { quick: 200_000, full: 3_000_000 },
  goal: 6,
  java,
  prepare: (bench, records) => prepareKill(bench, { records, groupInstanceId: 'member' }),
}

/** As i2, as a user meets it who sets nothing: the group first waits until the session of the dead member ends. */
export const i2Default: TimeRow = {
  ...i2,
  name: 'i2-default',
  title: 'kill -9 under load, from the new start to the first new output; default group settings',
  records: { quick: 0, full: 3_000_000 },
  goal: null,
  prepare: (bench, records) => prepareKill(bench, { records, groupInstanceId: null }),
}

interface Kill {
  readonly records: number
  readonly groupInstanceId: string | null
}

async function prepareKill(bench: Bench, { records, groupInstanceId }: Kill): Promise<TimeTrial> {
  const before = { records, keys: 1_000_000, seed: 1, perMs: 1, lateMs: 45_000 }
  /** They make sure that there is something left to write, however far the application came. */
  const after = { ...before, records: 1_000, seed: 21 }
  const wanted = countsOf([stream(before), stream(after)])
  return async (contender) => {
    const input = `${contender.prefix}transfers`
    const chosen = { ...settings, groupInstanceId }
    const order = startOrder(bench, contender, { topology: 'count', inputs: [input], settings: chosen })
    await createTopic(bench, order.output)
    await createTopic(bench, input)
    await writeTopic(bench, input, stream(before))
    await killUnderLoad(bench, contender, order, records * killedAfter)
    await writeTopic(bench, input, stream(after))
    const result = await startAgain(bench, contender, order)
    await requireCommitted(bench, order.applicationId, order.inputs)
    await rm(order.stateDir, { recursive: true, force: true })
    return { ...result, digest: await lost(bench, order, wanted) }
  }
}

function countsOf(streams: readonly Iterable<InputRecord>[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const records of streams) for (const { key } of records) counts.set(key.toString(), (counts.get(key.toString()) ?? 0) + 1)
  return counts
}

async function killUnderLoad(bench: Bench, { command }: TimeContender, order: StartOrder, outputs: number): Promise<void> {
  await using subject = new SubjectProcess(command)
  await subject.ask(order)
  while (sum(await endOffsets(bench, order.output)) < outputs) await delay(20)
  await subject.kill()
}

async function startAgain(bench: Bench, { command }: TimeContender, order: StartOrder): Promise<Omit<TimeResult, 'digest'>> {
  await using tail = await Tail.of(bench, order.output)
  let seen = 0
  const began = performance.now()
  await using subject = new SubjectProcess(command)
  const running = subject.ask(order)
  const first = tail.until(
    () => void seen++,
    () => seen > 0,
  )
  await unlessFailed(first, running)
  const figure = performance.now() - began
  await running
  await drained(bench, subject, 0)
  const memory = memoryOf(subject.pid)
  const { longestStallMs } = await subject.ask({ kind: 'close' })
  await subject.end()
  return { figure, others: {}, memory, longestStallMs }
}

/** How many keys end with a smaller count than they have records. At least once, a count may be larger; exactly once, it must not. */
async function lost(bench: Bench, { output, settings }: StartOrder, wanted: ReadonlyMap<string, number>): Promise<string> {
  const last = new Map<string, number>()
  await readTopic(bench, output, (key, value) => {
    const name = Buffer.from(key!).toString()
    last.set(name, Number(Buffer.from(value!).readBigInt64BE()))
  })
  const counts = [...wanted].map(([key, count]) => ({ count, found: last.get(key) ?? 0 }))
  const doubled = counts.filter(({ count, found }) => found > count).length
  if (settings.guarantee === 'exactly_once_v2' && doubled > 0) throw new Error(`i2: exactly once counted ${doubled} keys twice.`)
  return `${wanted.size} keys, ${counts.filter(({ count, found }) => found < count).length} lost`
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
