/**
 * `npm run bench -- [--records 2000000] [--pairs 5] [--only a1,b1] [--connections socket,kafkajs]`
 *
 * CPU per record of the whole process, on a real Kafka (broker on core 0, the process under test on core 1, logs in memory),
 * beside the raw limit L1 in the same run: interleaved pairs, median and spread. The output is checked before a figure counts.
 * Needs Linux, Java 17 and Maven.
 */
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { kafka } from 'millrace'
import type { Admin, Cluster } from 'millrace'
import { startKafka } from '../test/servers/kafka.ts'
import { isKept, seed } from './dataset.ts'
import type { Dataset } from './dataset.ts'
import type { BenchConnection } from './protocol.ts'
import { SubjectProcess } from './subject-process.ts'
import { verify } from './verify.ts'

type Row = 'a1' | 'b1'
/** Goals of the foundation: at most this many times L1. */
const limits: Record<Row, number> = { a1: 10, b1: 8 }
const warmUpPasses = 2
const input = 'bench-input'
/** The timestamps of the data set are fixed and old: with its default retention the broker would delete the records. */
const keepAll = { 'retention.ms': '-1' }

interface Run {
  readonly cluster: Cluster
  readonly admin: Admin
  readonly bootstrapServers: string
  readonly dataset: Dataset
  readonly scratch: string
}

interface Figure {
  readonly l1: number
  readonly ours: number
}

interface StreamsPass {
  readonly row: Row
  readonly connection: BenchConnection
  readonly pass: number
}

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '2000000' },
    pairs: { type: 'string', default: '5' },
    only: { type: 'string', default: 'a1,b1' },
    connections: { type: 'string', default: 'socket' },
  },
})
const dataset: Dataset = { records: Number(values.records), partitions: 4, keys: 10_000 }
const scratch = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'millrace-bench-'))
spawnSync('taskset', ['-cp', '0', String(process.pid)])
const broker = await startKafka({ dir: join(scratch, 'broker') })
try {
  const cluster = kafka({ bootstrapServers: broker.bootstrapServers })
  const admin = await cluster.admin({ clientId: 'bench' })
  const run: Run = { cluster, admin, bootstrapServers: broker.bootstrapServers, dataset, scratch }
  await prepare(run)
  for (const row of values.only.split(',') as Row[]) await measure(run, row, Number(values.pairs))
  await admin.close()
} finally {
  await broker.stop()
  await rm(scratch, { recursive: true, force: true })
}

async function prepare({ admin, cluster, dataset }: Run): Promise<void> {
  await admin.createTopics([{ name: input, partitions: dataset.partitions, config: keepAll }])
  const options = {
    acks: 'all',
    idempotence: 'enabled',
    compression: 'none',
    requestTimeoutMs: 30_000,
    deliveryTimeoutMs: 120_000,
  } as const
  const producer = await cluster.producer({ clientId: 'bench-seed', ...options })
  await seed(dataset, input, producer)
  await producer.close()
  console.log(`${dataset.records} records in ${dataset.partitions} partitions`)
}

/** The connections take turns within each pair, so that what else the machine does meets all of them. */
async function measure(run: Run, row: Row, pairs: number): Promise<void> {
  const raw = new SubjectProcess(1)
  const connections = values.connections.split(',') as BenchConnection[]
  const subjects = connections.map((connection) => ({ connection, subject: new SubjectProcess(1), figures: [] as Figure[] }))
  for (let pass = 0; pass < warmUpPasses + pairs; pass++) {
    const l1 = await rawPass(run, raw)
    for (const { connection, subject, figures } of subjects) {
      const ours = await streamsPass(run, subject, { row, connection, pass })
      if (pass >= warmUpPasses) figures.push({ l1, ours })
    }
  }
  for (const { connection, subject, figures } of subjects) {
    report(row, connection, figures, subject.residentPeakMegabytes())
    subject.end()
  }
  raw.end()
}

async function rawPass({ admin, bootstrapServers, dataset }: Run, subject: SubjectProcess): Promise<number> {
  const ends = await endOffsets(admin, input, dataset.partitions)
  const before = subject.cpuMicroseconds()
  await subject.ask({ kind: 'raw', bootstrapServers, topic: input, ends })
  return (subject.cpuMicroseconds() - before) / dataset.records
}

/** One application from start to close: its last commit and its close are part of the figure. */
async function streamsPass(run: Run, subject: SubjectProcess, { row, connection, pass }: StreamsPass): Promise<number> {
  const { admin, bootstrapServers, dataset, scratch } = run
  const output = `bench-${row}-${connection}-${pass}`
  const applicationId = `${output}-app`
  await admin.createTopics([{ name: output, partitions: dataset.partitions, config: keepAll }])
  const before = subject.cpuMicroseconds()
  const order = {
    kind: 'streams',
    workload: row,
    bootstrapServers,
    connection,
    input,
    output,
    applicationId,
    stateDir: join(scratch, applicationId),
  } as const
  await subject.ask(order)
  await drained(run, row, output, subject)
  await subject.ask({ kind: 'close' })
  const used = (subject.cpuMicroseconds() - before) / dataset.records
  await verify(row, run.cluster, output, dataset)
  await admin.deleteTopics([output])
  return used
}

/** Waits for the end of a pass. a1: all output is in the topic. b1 writes at commits only, so its end is when the process has gone idle. */
async function drained({ admin, dataset }: Run, row: Row, output: string, subject: SubjectProcess): Promise<void> {
  const wanted = Array.from({ length: dataset.records }, (_, index) => index).filter(isKept).length
  for (let quiet = 0, last = subject.cpuMicroseconds(); ;) {
    await delay(200)
    if (row === 'a1') {
      if (sum(await endOffsets(admin, output, dataset.partitions)) >= wanted) return
      continue
    }
    const now = subject.cpuMicroseconds()
    quiet = now - last <= 20_000 ? quiet + 1 : 0
    last = now
    if (quiet === 5) return
  }
}

async function endOffsets(admin: Admin, topic: string, partitions: number): Promise<readonly number[]> {
  const all = Array.from({ length: partitions }, (_, partition) => ({ topic, partition }))
  const ends = new Map((await admin.listOffsets(all, 'latest')).map(({ partition, offset }) => [partition, offset]))
  return all.map(({ partition }) => ends.get(partition) ?? 0)
}

function report(row: Row, connection: BenchConnection, figures: readonly Figure[], peakMegabytes: number): void {
  const ratios = figures.map(({ l1, ours }) => ours / l1)
  const line = (name: string, numbers: readonly number[]): string =>
    `  ${name.padEnd(22)} median ${median(numbers).toFixed(3)}   min ${Math.min(...numbers).toFixed(3)}   max ${Math.max(...numbers).toFixed(3)}`
  console.log(
    `${row} over ${connection}: output digest right in every pass; ${figures.length} pairs; peak resident ${peakMegabytes} MB`,
  )
  console.log(
    line(
      'L1 CPU-µs/record',
      figures.map(({ l1 }) => l1),
    ),
  )
  console.log(
    line(
      `${row} CPU-µs/record`,
      figures.map(({ ours }) => ours),
    ),
  )
  console.log(line(`${row} / L1`, ratios))
  console.log(`  goal: at most ${limits[row]} × L1: ${median(ratios) <= limits[row] ? 'reached' : 'NOT reached'}`)
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((left, right) => left - right)[numbers.length >> 1] ?? NaN
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
