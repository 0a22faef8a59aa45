import { join } from 'node:path'
import { rm } from 'node:fs/promises'
import type { Bench } from '../broker/bench.ts'
import { createTopic, deleteTopics } from '../broker/topics.ts'
import type { Input } from '../gen/inputs.ts'
import { writePaced, writeTopic } from '../gen/write-topic.ts'
import { drained } from '../measure/drained.ts'
import type { StartOrder } from '../protocol.ts'
import { oursCommand } from '../subject/ours-command.ts'
import { SubjectProcess } from '../subject/subject-process.ts'
import { sampled } from './soak.ts'
import type { Sample } from './soak.ts'

/** An application that reads for minutes. */
export interface SoakApplication extends Pick<StartOrder, 'topology' | 'settings'> {
  readonly name: string
  /** So many records first, as fast as they go: a store has its size before the minutes begin. */
  readonly first: readonly Input[]
  /** Endless, to the topics of the same names. */
  readonly steady: readonly Input[]
  /** To each topic. */
  readonly perSecond: number
}

export interface Soaked {
  readonly samples: readonly Sample[]
  readonly stateFolder: string
  /** RssAnon before the first record, in MB. */
  readonly emptyMb: number
}

/** Runs the application for some minutes under a steady load; `look` sees what is left when all has been processed. */
export async function soak<T>(
  bench: Bench,
  application: SoakApplication,
  minutes: number,
  look: (soaked: Soaked) => T,
): Promise<T> {
  const order = orderOf(bench, application)
  for (const topic of [...order.inputs, order.output]) await createTopic(bench, topic)
  await using subject = new SubjectProcess(oursCommand(null))
  await subject.ask(order)
  await drained(bench, subject, 0)
  const [{ anonymousMb: emptyMb }] = (await sampled(subject.pid, Promise.resolve())) as [Sample]
  for (const [index, { records }] of application.first.entries()) await writeTopic(bench, order.inputs[index]!, records)
  await drained(bench, subject, 0)
  const writers = application.steady.map(({ records }, index) =>
    writePaced(bench, order.inputs[index]!, records, { perSecond: application.perSecond, seconds: minutes * 60 }),
  )
  const samples = await sampled(subject.pid, Promise.all(writers))
  await drained(bench, subject, 0)
  const seen = look({ samples, stateFolder: order.stateDir, emptyMb })
  await subject.ask({ kind: 'close' })
  await deleteTopics(bench, `bench-${application.name}-`)
  await rm(order.stateDir, { recursive: true, force: true })
  return seen
}

function orderOf({ bootstrapServers, scratch }: Bench, { name, topology, settings, steady }: SoakApplication): StartOrder {
  const prefix = `bench-${name}-`
  return {
    kind: 'start',
    topology,
    values: 'present',
    bootstrapServers,
    connection: 'socket',
    inputs: steady.map((input) => prefix + input.name),
    output: `${prefix}output`,
    applicationId: `${prefix}app`,
    stateDir: join(scratch, `${prefix}state`),
    settings,
  }
}
