import type { Chance } from '../../lib/clock/chance.ts'
import { noHeaders } from '../../lib/model/headers.ts'
import { topic } from '../../lib/model/topic.ts'
import { StreamsBuilder } from '../../lib/dsl/streams-builder.ts'
import { nullable } from '../../lib/serde/nullable-serde.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import type { Running } from '../../lib/testing/simulation/run-simulation.ts'
import { recordsOf, writeRecord } from '../../lib/testing/simulation/simulate.ts'
import type { Topology } from '../../lib/topology/topology.ts'
import type { EmbeddedBroker } from '../../lib/transport/embedded/embedded-broker.ts'
import type { RecordBatch } from '../../lib/transport/record-batch/record-batch.ts'
import { noProducer, RecordBatchBuilder } from '../../lib/transport/record-batch/record-batch-builder.ts'

const text = { key: Serdes.string, value: Serdes.string }
const events = topic('events', text)
const users = topic('users', { key: Serdes.string, value: nullable(Serdes.string) })
const transfers = topic('transfers', { key: Serdes.string, value: nullable(Serdes.string) })
const sets = topic('sets', text)
const enriched = topic('enriched', { key: Serdes.string, value: nullable(Serdes.string) })

const notes = topic('notes', text)
const copies = topic('copies', text)

export const partitions = { events: 3, users: 2, transfers: 2, sets: 2, enriched: 2, notes: 2, copies: 2 }

/** Topics that lose records by unclean elections. */
export const forgetful: readonly string[] = [events.name]

/** Topics that get partitions, and are deleted and created again. */
export const restless: readonly string[] = [notes.name]

/**
 * Three applications in one. `sets` has for each group the ids of all events of it: an event that is lost is missing, one that is
 * processed twice changes nothing. `enriched` joins two tables by foreign key, with rows that are deleted. `copies` has what is in `notes`, a topic that does not stay the same.
 */
export function workload(optimization: 'all' | 'none'): Topology {
  const builder = new StreamsBuilder()
  builder
    .stream(events)
    .groupBy((value) => value.split('/')[0]!, { key: Serdes.string, value: Serdes.string })
    .aggregate(
      () => '',
      (set, value) => add(set, value.split('/')[1]!),
      { store: 'sets', value: Serdes.string },
    )
    .toStream()
    .to(sets)
  const names = builder.table(users)
  builder
    .table(transfers)
    .leftJoin(
      names,
      (transfer) => transfer!.split(':')[0]!,
      (transfer, name) => `${transfer} ${name ?? '?'}`,
    )
    .toStream()
    .to(enriched)
  builder.stream(notes).to(copies)
  return builder.build({ optimization })
}

function add(set: string, id: string): string {
  const ids = new Set(set === '' ? [] : set.split(','))
  return ids.has(id) ? set : [...ids, id].join(',')
}

/** What the outputs must say in the end: the last value of each key. Null: the key was deleted, or never there. */
export interface Expected {
  readonly sets: Map<string, Set<string>>
  readonly enriched: Map<string, string | null>
  /** The notes that were written to the topic of each id. */
  readonly notes: Map<string, Set<string>>
}

/** Writes events, users and transfers at random times, and works out what comes of them. */
export function feed({ world, broker, faultyMs }: Running): Expected {
  const { chance } = world
  const expected: Expected = { sets: new Map(), enriched: new Map(), notes: new Map() }
  const names = new Map<string, string | null>()
  const rows = new Map<string, string | null>()
  const pick = (count: number): number => Math.floor(chance.float() * count)
  junk(broker, chance)
  for (let id = 0; id < 300; id++) {
    const group = `g${pick(15)}`
    expected.sets.set(group, (expected.sets.get(group) ?? new Set()).add(String(id)))
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
      expected.enriched.set(key, value === null ? null : `${value} ${names.get(value.split(':')[0]!) ?? '?'}`)
  }
  for (let round = 0; round < 150; round++)
    world.schedule((round / 150) * faultyMs, null, 'row', () => {
      const isUser = chance.float() < 0.3
      const isDeleted = chance.float() < 0.2
      const key = isUser ? `u${pick(4)}` : `t${pick(20)}`
      const value = isDeleted ? null : isUser ? `name${round}` : `u${pick(4)}:${round}`
      ;(isUser ? names : rows).set(key, value)
      writeRecord(broker, isUser ? users : transfers, { key, value }, Math.floor(world.now))
      work()
    })
  return expected
}

/** Writes events so densely that tasks always have uncommitted ones. */
export function burst({ world, broker }: Running, { sets }: Expected, ms: number): void {
  for (let at = 0; at < ms; at += 8)
    world.schedule(at, null, 'event of a burst', () => {
      const [id, group] = [`b${Math.floor(world.now)}`, `g${Math.floor(world.chance.float() * 15)}`]
      sets.set(group, (sets.get(group) ?? new Set()).add(id))
      writeRecord(broker, events, { key: `e${id}`, value: `${group}/${id}` }, Math.floor(world.now))
    })
}

/** Events that their log has lost need not be in the sets; what was made of them stays. */
export function forget({ sets }: Expected, lost: readonly RecordBatch[]): void {
  for (const batch of lost)
    for (let index = 0; index < batch.count; index++) {
      const [group, id] = Buffer.from(batch.value(index)!).toString().split('/') as [string, string]
      sets.get(group)?.delete(id)
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

/** What differs from what was expected. */
export function differences(broker: EmbeddedBroker, expected: Expected, lateWrites: number): readonly string[] {
  return [...lost(broker, expected), ...(lateWrites === 0 ? outdated(broker, expected) : [])]
}

/** Exactly once, each event adds to a set, so no value of a group follows itself. */
export function repeated(broker: EmbeddedBroker): readonly string[] {
  const last = new Map<string, string>()
  return recordsOf(broker, sets).flatMap(({ key, value }) => {
    const isRepeated = last.get(key) === value
    last.set(key, value!)
    return isRepeated ? [`an event of ${key} was processed twice`] : []
  })
}

/** Events of which no output ever spoke. */
function lost(broker: EmbeddedBroker, expected: Expected): readonly string[] {
  const seen = new Map<string, Set<string>>()
  for (const { key, value } of recordsOf(broker, sets)) {
    const ids = seen.get(key) ?? new Set()
    seen.set(key, ids)
    for (const id of value?.split(',') ?? []) ids.add(id)
  }
  const events = [...expected.sets].flatMap(([group, ids]) => {
    const missing = [...ids].filter((id) => !seen.get(group)?.has(id))
    return missing.length === 0 ? [] : [`events ${missing.join(', ')} of ${group} are lost`]
  })
  return [...events, ...lostNotes(broker, expected)]
}

/** Notes that are in the topic, and were not copied. What was in a topic that was deleted may be lost. */
function lostNotes(broker: EmbeddedBroker, expected: Expected): readonly string[] {
  const copied = new Set(recordsOf(broker, copies).map(({ value }) => value))
  const ids = expected.notes.get(broker.topics.topic(notes.name).id) ?? new Set()
  const missing = [...ids].filter((id) => !copied.has(id))
  return missing.length === 0 ? [] : [`notes ${missing.join(', ')} are lost`]
}

/** Keys whose last value is not the right one. If former owners have written, it may be an older one. */
function outdated(broker: EmbeddedBroker, expected: Expected): readonly string[] {
  const last = (of: typeof sets | typeof enriched) =>
    new Map(recordsOf<string, string | null>(broker, of as typeof enriched).map(({ key, value }) => [key, value]))
  const lastSets = last(sets)
  const groups = [...expected.sets].flatMap(([group, ids]) => {
    const actual = new Set(lastSets.get(group)?.split(',') ?? [])
    const missing = [...ids].filter((id) => !actual.has(id))
    return missing.length === 0 ? [] : [`the last set of ${group} lacks ${missing.join(', ')}`]
  })
  const lastRows = last(enriched)
  const rows = [...expected.enriched].flatMap(([key, value]) => {
    const actual = lastRows.get(key) ?? null
    return actual === value ? [] : [`${key} is ${JSON.stringify(actual)} instead of ${JSON.stringify(value)}`]
  })
  return [...groups, ...rows]
}
