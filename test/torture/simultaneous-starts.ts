import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Chance } from '../../lib/clock/chance.ts'
import { kafka, openAdmin, openConsumer, openProducer, Serdes, topic } from '../../lib/index.ts'
import type { Cluster } from '../../lib/index.ts'
import { StartingProcess } from './starting-process.ts'

const keys = 7
const records = 420
const partitions = 4
/** The second process starts up to this long after the first one. */
const apartMs = 100
const roundMs = 120_000

/** What came of two processes that started at once. */
export interface StartsOutcome {
  /** The sum of all counts; `records` if each was counted once. */
  readonly counted: number
  /** How many records were processed more than once, because they were not committed yet when their task went to the other process. */
  readonly repeated: number
  /** What the two processes warned of. */
  readonly warnings: readonly string[]
  /** Why this outcome must not be. Empty: it may. */
  readonly faults: readonly string[]
}

export interface StartsOptions {
  readonly bootstrapServers: string
  readonly rounds: number
  readonly chance: Chance
  /** Called after each round. */
  readonly onRound?: (outcome: StartsOutcome, round: number) => void
}

/** Again and again two processes of a new application start at once, while the same records wait for them. */
export async function simultaneousStarts({
  bootstrapServers,
  rounds,
  chance,
  onRound,
}: StartsOptions): Promise<readonly StartsOutcome[]> {
  const cluster = kafka({ bootstrapServers })
  const name = `starts-${Date.now()}`
  const dir = await mkdtemp(join(tmpdir(), 'millrace-starts-'))
  const words = await writeBacklog(cluster, `${name}-words`)
  const outcomes: StartsOutcome[] = []
  for (let round = 0; round < rounds; round++) {
    const outcome = await oneRound({ cluster, bootstrapServers, words, application: `${name}-${round}`, dir, chance })
    onRound?.(outcome, round)
    outcomes.push(outcome)
  }
  await rm(dir, { recursive: true, force: true })
  return outcomes
}

async function writeBacklog(cluster: Cluster, name: string): Promise<string> {
  const words = topic(name, { key: Serdes.string, value: Serdes.string })
  const admin = await openAdmin(cluster, { clientId: 'starts' })
  await admin.createTopics([{ name, partitions, config: { 'retention.ms': '-1' } }])
  await admin.close()
  const producer = await openProducer(cluster, { clientId: 'starts' })
  await producer.send(words, Array.from({ length: records }, (_, number) => ({ key: `${number % keys}`, value: 'word' }))) // prettier-ignore
  await producer.close()
  return name
}

interface Round {
  readonly cluster: Cluster
  readonly bootstrapServers: string
  readonly words: string
  readonly application: string
  readonly dir: string
  readonly chance: Chance
}

async function oneRound({ cluster, bootstrapServers, words, application, dir, chance }: Round): Promise<StartsOutcome> {
  const counts = `${application}-out`
  const admin = await openAdmin(cluster, { clientId: 'starts' })
  await admin.createTopics([{ name: counts, partitions: 1 }])
  const both = ['a', 'b'].map((id) => {
    return new StartingProcess([bootstrapServers, application, join(dir, application, id), words, counts])
  })
  try {
    await Promise.all(both.map(({ ready }) => ready))
    both[0]!.start()
    await sleep(chance.float() * apartMs)
    both[1]!.start()
    const counted = await sumOfCounts(cluster, counts)
    await Promise.all(both.map((process) => process.close()))
    return outcomeOf(counted, both)
  } finally {
    for (const process of both) process.kill()
    await admin.deleteTopics([counts, `${application}-counts-changelog`]).catch(() => undefined)
    await admin.close()
  }
}

/** Reads the last count of each key until nothing is missing, and some time more: what is counted twice may come late. */
async function sumOfCounts(cluster: Cluster, name: string): Promise<number> {
  const last = new Map<string | null, number>()
  const sum = (): number => [...last.values()].reduce((total, count) => total + count, 0)
  const counts = topic(name, { key: Serdes.string, value: Serdes.long })
  const consumer = await openConsumer(cluster, { clientId: 'starts', topics: [counts] })
  let ending = setTimeout(() => void consumer.close(), roundMs)
  for await (const { records: news } of consumer) {
    for (const { key, value } of news) last.set(key, value ?? 0)
    if (sum() < records) continue
    clearTimeout(ending)
    ending = setTimeout(() => void consumer.close(), 500)
  }
  clearTimeout(ending)
  return sum()
}

/**
 * A task that a process lost takes with it what it did since its last commit, and its records are processed again. So counts may be too
 * large by these records, and the log of that process has to say why it lost the task. Nothing else may be.
 */
function outcomeOf(counted: number, both: readonly StartingProcess[]): StartsOutcome {
  const all = both.flatMap(({ processed }) =>
    Object.entries(processed).flatMap(([partition, offsets]) => offsets.map((offset) => `${partition}@${offset}`)),
  )
  const different = new Set(all).size
  const repeated = all.length - different
  const warnings = both.flatMap((process) => process.warnings)
  const losses = warnings.filter((warning) => /are lost, with what they did since their last commit: ./.test(warning))
  const faults = [
    ...(different < records ? [`${records - different} records were not processed`] : []),
    ...(counted < records ? [`${records - counted} records were not counted`] : []),
    ...(counted - records > repeated ? [`${counted - records} too many, though ${repeated} were processed again`] : []),
    ...(repeated > 0 && losses.length === 0 ? [`${repeated} were processed again, and the log does not say why`] : []),
  ]
  return { counted, repeated, warnings, faults }
}
