import type { Chance } from '../../lib/clock/chance.ts'
import { noHeaders } from '../../lib/model/headers.ts'
import { topic } from '../../lib/model/topic.ts'
import { StreamsBuilder } from '../../lib/dsl/streams-builder.ts'
import { Suppressed } from '../../lib/dsl/windows/suppressed.ts'
import type { StreamsOptions } from '../../lib/runtime/streams-config.ts'
import { nullable } from '../../lib/serde/nullable-serde.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import type { Running } from '../../lib/testing/simulation/run-simulation.ts'
import { recordsOf, writeRecord } from '../../lib/testing/simulation/simulate.ts'
import type { Topology } from '../../lib/topology/topology.ts'
import type { PartitionOffset } from '../../lib/transport/admin.ts'
import type { EmbeddedBroker } from '../../lib/transport/embedded/embedded-broker.ts'
import type { RecordBatch } from '../../lib/transport/record-batch/record-batch.ts'
import { noProducer, RecordBatchBuilder } from '../../lib/transport/record-batch/record-batch-builder.ts'

const text = { key: Serdes.string, value: Serdes.string }
const events = topic('events', text)
const users = topic('users', { key: Serdes.string, value: nullable(Serdes.string) })
const transfers = topic('transfers', { key: Serdes.string, value: nullable(Serdes.string) })
const sets = topic('sets', text)
const enriched = topic('enriched', { key: Serdes.string, value: nullable(Serdes.string) })

const owned = topic('owned', text)
const held = topic('held', text)

const notes = topic('notes', text)
const copies = topic('copies', text)

export const partitions = { events: 3, users: 2, transfers: 2, sets: 2, enriched: 2, owned: 2, held: 3, notes: 2, copies: 2 }

/** How long a buffer holds events. */
const heldMs = 3000

/** Of writes to the two tables. */
const rounds = 240

/** Topics that lose records by unclean elections. */
export const forgetful: readonly string[] = [events.name]

/** Topics that get partitions, and are deleted and created again. */
export const restless: readonly string[] = [notes.name]

/**
 * Several applications in one. `sets` has for each group the ids of all events of it: an event that is lost is missing, one that is
 * processed twice changes nothing. `held` has each event after a while in which a buffer holds it. `enriched` joins two tables by foreign key, with rows
 * that are deleted, and `owned` has the rows of each owner: of both a crash could lose what takes back an earlier row. `copies` has what is in
 * `notes`, a topic that does not stay the same.
 */
export function workload(optimization: 'all' | 'none'): Topology {
  const builder = new StreamsBuilder()
  const stream = builder.stream(events)
  stream
    .toTable({ store: 'events-by-key', ...text })
    .suppress(Suppressed.untilTimeLimit(heldMs))
    .toStream()
    .to(held)
  stream
    .groupBy((value) => value.split('/')[0]!, { key: Serdes.string, value: Serdes.string })
    .aggregate(
      () => '',
      (set, value) => add(set, value.split('/')[1]!),
      { store: 'sets', value: Serdes.string },
    )
    .toStream()
    .to(sets)
  const names = builder.table(users)
  const rows = builder.table(transfers)
  rows
    .groupBy((transfer, key) => ({ key: ownerOf(transfer), value: key }), text)
    .aggregate(
      () => '',
      (keys, key) => add(keys, key),
      (keys, key) => without(keys, key),
      { store: 'owned', value: Serdes.string },
    )
    .toStream()
    .to(owned)
  rows
    .leftJoin(
      names,
      (transfer) => ownerOf(transfer!),
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

function without(set: string, id: string): string {
  return set
    .split(',')
    .filter((each) => each !== id)
    .join(',')
}

/** Of `u3:71` it is `u3`. */
function ownerOf(transfer: string): string {
  return transfer.split(':')[0]!
}

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
      if (!isUser) expected.rows.set(key, [...(expected.rows.get(key) ?? []), { value, at }])
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

export type Guarantee = NonNullable<StreamsOptions['processingGuarantee']>

/** What differs from what was expected. */
export function differences(run: Running, expected: Expected, guarantee: Guarantee): readonly string[] {
  const { broker, observer } = run
  const isExactlyOnce = guarantee === 'exactly_once_v2'
  // Exactly once, what former owners have written late is aborted.
  if (!isExactlyOnce && observer.lateWrites > 0) return lost(broker, expected)
  const mayStay = isExactlyOnce ? () => false : (row: string, value: string) => isTakenBackUnseen(run, expected, row, value)
  return [...lost(broker, expected), ...outdated(broker, expected, mayStay)]
}

/**
 * Whether a version of a transfer was followed by another one without a commit between them. At least once, its owner may die after it
 * has sent what comes of the first. The next owner reads both, its cache keeps the last, and nothing takes the first back. Java does the same.
 */
function isTakenBackUnseen({ broker, observer }: Running, { rows }: Expected, row: string, value: string): boolean {
  const versions = rows.get(row) ?? []
  const { id } = broker.topics.topic(transfers.name)
  return versions.some((version, index) => {
    const next = versions[index + 1]
    if (next === undefined || version.value !== value) return false
    return !observer.isCommittedBetween(version.at, id, version.at.offset, next.at.offset)
  })
}

/** Whether a transfer may still have a value that was written once. */
type MayStay = (row: string, value: string) => boolean

/** Exactly once, each event adds to a set, so no value of a group follows itself. */
export function repeated(broker: EmbeddedBroker): readonly string[] {
  const last = new Map<string, string>()
  const twice = recordsOf(broker, sets).flatMap(({ key, value }) => {
    const isRepeated = last.get(key) === value
    last.set(key, value!)
    return isRepeated ? [`an event of ${key} was processed twice`] : []
  })
  const seen = new Set<string>()
  const givenTwice = recordsOf(broker, held).flatMap(({ key }) => {
    const isRepeated = seen.has(key)
    seen.add(key)
    return isRepeated ? [`the buffer gave ${key} twice`] : []
  })
  return [...twice, ...givenTwice]
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
  return [...events, ...lostInBuffer(broker, expected), ...lostNotes(broker, expected)]
}

function lostInBuffer(broker: EmbeddedBroker, expected: Expected): readonly string[] {
  const given = new Set(recordsOf(broker, held).map(({ value }) => value!.split('/')[1]!))
  const missing = [...expected.held].filter((id) => !given.has(id))
  return missing.length === 0 ? [] : [`events ${missing.join(', ')} never left the buffer`]
}

/** Notes that are in the topic, and were not copied. What was in a topic that was deleted may be lost. */
function lostNotes(broker: EmbeddedBroker, expected: Expected): readonly string[] {
  const copied = new Set(recordsOf(broker, copies).map(({ value }) => value))
  const ids = expected.notes.get(broker.topics.topic(notes.name).id) ?? new Set()
  const missing = [...ids].filter((id) => !copied.has(id))
  return missing.length === 0 ? [] : [`notes ${missing.join(', ')} are lost`]
}

/** Keys whose last value is not the right one. If former owners have written, it may be an older one. */
function outdated(broker: EmbeddedBroker, expected: Expected, mayStay: MayStay): readonly string[] {
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
    return actual === value || (actual !== null && mayStay(key, actual.split(' ')[0]!))
      ? []
      : [`${key} is ${JSON.stringify(actual)} instead of ${JSON.stringify(value)}`]
  })
  return [...groups, ...rows, ...wronglyOwned(broker, expected, mayStay)]
}

function wronglyOwned(broker: EmbeddedBroker, expected: Expected, mayStay: MayStay): readonly string[] {
  const owners = Map.groupBy(
    [...expected.enriched].filter(([, value]) => value !== null),
    ([, value]) => ownerOf(value!),
  )
  const last = new Map(recordsOf(broker, owned).map(({ key, value }) => [key, value!]))
  return [...new Set([...owners.keys(), ...last.keys()])].flatMap((owner) => {
    const right = (owners.get(owner) ?? []).map(([key]) => key).toSorted()
    const had = (key: string) => (expected.rows.get(key) ?? []).filter(({ value }) => value !== null && ownerOf(value) === owner)
    const actual = (last.get(owner) ?? '')
      .split(',')
      .filter((key) => key !== '' && (right.includes(key) || !had(key).some(({ value }) => mayStay(key, value!))))
      .toSorted()
    return actual.join() === right.join() ? [] : [`${owner} owns ${actual.join()} instead of ${right.join()}`]
  })
}
