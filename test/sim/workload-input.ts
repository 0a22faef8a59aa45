import type { Chance } from '../../lib/clock/chance.ts'
import { noHeaders } from '../../lib/model/headers.ts'
import type { Running } from '../../lib/testing/simulation/run-simulation.ts'
import { writeRecord } from '../../lib/testing/simulation/simulate.ts'
import type { PartitionOffset } from '../../lib/transport/admin.ts'
import type { EmbeddedBroker } from '../../lib/transport/embedded/embedded-broker.ts'
import type { RecordBatch } from '../../lib/transport/record-batch/record-batch.ts'
import { noProducer, RecordBatchBuilder } from '../../lib/transport/record-batch/record-batch-builder.ts'
import { events, notes, ownerOf, partitions, transfers, users } from './workload.ts'

/** Of writes to the two tables. */
const rounds = 240

/** What the outputs must say in the end: the last value of each key. Null: the key was deleted, or never there. */
export interface Expected {
  readonly sets: Map<string, Set<string>>
  readonly enriched: Map<string, string | null>
  /** All that was written of each transfer, in order. */
  readonly rows: Map<string, readonly WrittenRow[]>
  /** Ids of events that the buffer must have given away. */
  readonly held: Set<string>
  /** The notes that were written to the topic of each id. */
  readonly notes: Map<string, Set<string>>
}

/** A version of a transfer, and where it is. */
interface WrittenRow {
  readonly value: string | null
  readonly at: PartitionOffset
  /** Virtual ms. */
  readonly writtenMs: number
}

/** Writes events, users and transfers at random times, and works out what comes of them. */
export function feed({ world, broker, faultyMs }: Running): Expected {
  const { chance } = world
  const expected: Expected = { sets: new Map(), enriched: new Map(), rows: new Map(), held: new Set(), notes: new Map() }
  const names = new Map<string, string | null>()
  const rows = new Map<string, string | null>()
  const pick = (count: number): number => Math.floor(chance.float() * count)
  junk(broker, chance)
  for (let id = 0; id < 300; id++) {
    const group = `g${pick(15)}`
    expected.sets.set(group, (expected.sets.get(group) ?? new Set()).add(String(id)))
    expected.held.add(String(id))
    world.schedule(chance.float() * faultyMs, null, 'event', () =>
      writeRecord(broker, events, { key: `e${id}`, value: `${group}/${id}` }, Math.floor(world.now)),
    )
  }
  for (let id = 0; id < 100; id++)
    world.schedule(chance.float() * faultyMs, null, 'note', () => {
      const topicId = broker.topics.get(notes.name)?.id
      if (topicId === undefined) return
      expected.notes.set(topicId, (expected.notes.get(topicId) ?? new Set()).add(String(id)))
      writeRecord(broker, notes, { key: `n${id}`, value: String(id) }, Math.floor(world.now))
    })
  const work = (): void => {
    for (const [key, value] of rows)
      expected.enriched.set(key, value === null ? null : `${value} ${names.get(ownerOf(value)) ?? '?'}`)
  }
  for (let round = 0; round < rounds; round++)
    world.schedule((round / rounds) * faultyMs, null, 'row', () => {
      const isUser = chance.float() < 0.2
      const isDeleted = chance.float() < 0.35
      const key = isUser ? `u${pick(4)}` : `t${pick(50)}`
      const value = isDeleted ? null : isUser ? `name${round}` : `u${pick(4)}:${round}`
      ;(isUser ? names : rows).set(key, value)
      const at = writeRecord(broker, isUser ? users : transfers, { key, value }, Math.floor(world.now))
      if (!isUser) expected.rows.set(key, [...(expected.rows.get(key) ?? []), { value, at, writtenMs: world.now }])
      work()
    })
  for (const times of [1, 2]) world.schedule(faultyMs, null, 'end of time', () => endTime(broker, expected, world.now, times))
  return expected
}

/** Events far in the future, to each partition: so a buffer gives away all that came before. The last ones stay in it. */
function endTime(broker: EmbeddedBroker, { sets }: Expected, now: number, times: number): void {
  for (let number = 0; number < 30; number++) {
    const [id, group] = [`end${times}-${number}`, `g${number % 15}`]
    sets.set(group, (sets.get(group) ?? new Set()).add(id))
    writeRecord(broker, events, { key: id, value: `${group}/${id}` }, Math.floor(now) + times * 3_600_000)
  }
}

/** Writes events so densely that tasks always have uncommitted ones. */
export function burst({ world, broker }: Running, { sets }: Expected, ms: number): void {
  for (let at = 0; at < ms; at += 8)
    world.schedule(at, null, 'event of a burst', () => {
      // Two bursts at once may write in the same millisecond.
      const [id, group] = [`b${world.now}`, `g${Math.floor(world.chance.float() * 15)}`]
      sets.set(group, (sets.get(group) ?? new Set()).add(id))
      writeRecord(broker, events, { key: `e${id}`, value: `${group}/${id}` }, Math.floor(world.now))
    })
}

/** Events that their log has lost need not be in the sets; what was made of them stays. */
export function forget({ sets, held: given }: Expected, lost: readonly RecordBatch[]): void {
  for (const batch of lost)
    for (let index = 0; index < batch.count; index++) {
      const [group, id] = Buffer.from(batch.value(index)!).toString().split('/') as [string, string]
      sets.get(group)?.delete(id)
      given.delete(id)
    }
}

/** Some logs do not begin at 0. */
function junk(broker: EmbeddedBroker, chance: Chance): void {
  for (const { name } of [events, users, transfers])
    for (let partition = 0; partition < partitions[name as keyof typeof partitions]; partition++) {
      if (chance.float() < 0.5) continue
      const batch = new RecordBatchBuilder('none')
      batch.append(Buffer.from('junk'), Buffer.from('junk'), 0, noHeaders)
      broker.append({ topic: name, partition }, batch.seal(noProducer))
      broker.deleteRecords({ topic: name, partition }, -1)
    }
}
