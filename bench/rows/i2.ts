import { rm } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { Bench } from '../broker/bench.ts'
import { createTopic, endOffsets, requireCommitted } from '../broker/topics.ts'
import { firstData } from '../gen/data-set.ts'
import type { InputRecord } from '../gen/inputs.ts'
import { startMs } from '../gen/inputs.ts'
import { keyOf, transferValue } from '../gen/transfer.ts'
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
const leastOnce: Partial<Settings> = { commitIntervalMs: 1_000 }
const exactlyOnce: Partial<Settings> = { guarantee: 'exactly_once_v2', commitIntervalMs: 100 }
const java: readonly JavaVariant[] = [
  { name: 'exactly once', settings: exactlyOnce },
  { name: 'exactly once, transactional stores', settings: { ...exactlyOnce, transactionalStores: true } },
]
const keys = 1_000_000
const staticMember = 'member'

/** A static member is killed in the middle of b3, and starts again at once: from its start until its first new output. */
export const i2: TimeRow = {
  kind: 'time',
  unit: 'ms',
  name: 'i2',
  title: 'kill -9 under load, from the new start to the first new output; static member',
  records: { quick: 200_000, full: 3_000_000 },
  goal: 6,
  most: 1_000,
  java,
  prepare: (bench, records) => prepareKill(bench, { records, keys, settings: leastOnce, groupInstanceId: staticMember }),
}

/** As i2, as a user meets it who sets nothing: the group first waits until the session of the dead member ends. */
export const i2Default: TimeRow = {
  ...i2,
  name: 'i2-default',
  title: 'kill -9 under load, from the new start to the first new output; default group settings',
  records: { quick: 0, full: i2.records.full },
  goal: null,
  most: undefined,
  passes: { warmUps: 0, pairs: 2 },
  prepare: (bench, records) => prepareKill(bench, { records, keys, settings: leastOnce, groupInstanceId: null }),
}

/** As i2, exactly once on both sides: until the first new output that is committed. */
export const i2Once: TimeRow = {
  ...i2,
  name: 'i2-once',
  title: 'kill -9 under load, exactly once, from the new start to the first committed output; static member',
  records: { quick: 0, full: i2.records.full },
  passes: { warmUps: 0, pairs: 3 },
  java: [{ name: 'transactional stores', settings: { transactionalStores: true } }],
  prepare: (bench, records) => prepareKill(bench, { records, keys, settings: exactlyOnce, groupInstanceId: staticMember }),
}

export const i2OnceDefault: TimeRow = {
  ...i2Once,
  name: 'i2-once-default',
  title: 'kill -9 under load, exactly once, from the new start to the first committed output; default group settings',
  goal: null,
  most: undefined,
  prepare: (bench, records) => prepareKill(bench, { records, keys, settings: exactlyOnce, groupInstanceId: null }),
}

/** As i2-once with a store ten times as large: the time must not grow with it. */
export const i2OnceLarge: TimeRow = {
  ...i2Once,
  name: 'i2-once-10m',
  title: `${i2Once.title}, 10 M keys`,
  records: { quick: 0, full: 13_000_000 },
  passes: { warmUps: 0, pairs: 1 },
  prepare: (bench, records) =>
    prepareKill(bench, { records, keys: 10 * keys, settings: exactlyOnce, groupInstanceId: staticMember }),
}

interface Kill {
  readonly records: number
  readonly keys: number
  readonly settings: Partial<Settings>
  readonly groupInstanceId: string | null
}

async function prepareKill(bench: Bench, { records, keys, settings, groupInstanceId }: Kill): Promise<TimeTrial> {
  const rows = Math.min(keys, Math.ceil(records * killedAfter * 0.75))
  const shape = { keys: rows, perMs: 1, lateMs: 45_000 }
  /** First each key once, so that the store has its size when the process is killed. */
  const before = () => [eachKey(rows), firstData.stream({ ...shape, records: records - rows, seed: 1 })]
  /** They make sure that there is something left to write, however far the application came. */
  const after = () => firstData.stream({ ...shape, records: 1_000, seed: 21 })
  const wanted = countsOf(rows, [...before(), after()])
  return async (contender) => {
    const input = `${contender.prefix}transfers`
    const chosen = { ...settings, groupInstanceId }
    const order = startOrder(bench, contender, { topology: 'count', inputs: [input], settings: chosen })
    await createTopic(bench, order.output)
    await createTopic(bench, input)
    for (const part of before()) await writeTopic(bench, input, part)
    await killUnderLoad(bench, contender, order, records * killedAfter)
    await writeTopic(bench, input, after())
    const result = await startAgain(bench, contender, order)
    await requireCommitted(bench, order.applicationId, order.inputs)
    await rm(order.stateDir, { recursive: true, force: true })
    return { ...result, digest: await lost(bench, order, wanted) }
  }
}

/** Prime, so that neighbours in time are none in the order of keys. */
const stride = 7_368_787

function* eachKey(keys: number): Generator<InputRecord> {
  for (let index = 0; index < keys; index++)
    yield { key: keyOf((index * stride) % keys), value: transferValue(100_000, index % 10_000), timestamp: startMs }
}

/** How many records each key has: keys are numbers. */
function countsOf(keys: number, streams: readonly Iterable<InputRecord>[]): Int32Array {
  const counts = new Int32Array(keys)
  for (const records of streams) for (const { key } of records) counts[numberOf(key)]!++
  return counts
}

const numberOf = (key: Uint8Array): number => Number(Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1'))

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
  const { restored } = await running
  await drained(bench, subject, 0)
  const memory = memoryOf(subject.pid)
  const { longestStallMs } = await subject.ask({ kind: 'close' })
  await subject.end()
  return { figure, others: { 'restored records': restored }, memory, longestStallMs }
}

/** How many keys end with a smaller count than they have records. At least once, a count may be larger; exactly once, it must not. */
async function lost(bench: Bench, { output, settings }: StartOrder, wanted: Int32Array): Promise<string> {
  const last = new Int32Array(wanted.length)
  await readTopic(bench, output, (key, value) => {
    last[numberOf(key!)] = Number(Buffer.from(value!.buffer, value!.byteOffset, value!.byteLength).readBigInt64BE())
  })
  const doubled = last.filter((found, key) => found > wanted[key]!).length
  if (settings.guarantee === 'exactly_once_v2' && doubled > 0) throw new Error(`i2: exactly once counted ${doubled} keys twice.`)
  return `${wanted.length} keys, ${last.filter((found, key) => found < wanted[key]!).length} lost`
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
