import type { StreamsOptions } from '../../lib/runtime/streams-config.ts'
import type { Running } from '../../lib/testing/simulation/run-simulation.ts'
import { recordsOf } from '../../lib/testing/simulation/simulate.ts'
import type { EmbeddedBroker } from '../../lib/transport/embedded/embedded-broker.ts'
import type { Expected } from './workload-input.ts'
import { copies, enriched, held, notes, owned, ownerOf, sets, transfers } from './workload.ts'

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
 * Whether a version of a transfer was followed by another one without a commit between them, and its task changed hands before it was
 * committed. At least once, the last owner may have sent what comes of the first. The next owner reads both, its cache keeps the last, and nothing
 * takes the first back. Java does the same.
 */
function isTakenBackUnseen({ broker, observer }: Running, { rows }: Expected, row: string, value: string): boolean {
  const versions = rows.get(row) ?? []
  const { id } = broker.topics.topic(transfers.name)
  return versions.some((version, index) => {
    const next = versions[index + 1]
    if (next === undefined || version.value !== value) return false
    const firstCommit = observer.firstCommitBehind(version.at, id, version.at.offset)
    const isSeen = firstCommit !== null && firstCommit.offset <= next.at.offset
    return !isSeen && observer.hasHandover(version.writtenMs, firstCommit?.atMs ?? Infinity)
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
