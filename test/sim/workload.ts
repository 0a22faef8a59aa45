import { topic } from '../../lib/model/topic.ts'
import { StreamsBuilder } from '../../lib/dsl/streams-builder.ts'
import { Suppressed } from '../../lib/dsl/windows/suppressed.ts'
import { nullable } from '../../lib/serde/nullable-serde.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import type { Topology } from '../../lib/topology/topology.ts'

const text = { key: Serdes.string, value: Serdes.string }
export const events = topic('events', text)
export const users = topic('users', { key: Serdes.string, value: nullable(Serdes.string) })
export const transfers = topic('transfers', { key: Serdes.string, value: nullable(Serdes.string) })
export const sets = topic('sets', text)
export const enriched = topic('enriched', { key: Serdes.string, value: nullable(Serdes.string) })

export const owned = topic('owned', text)
export const held = topic('held', text)

export const notes = topic('notes', text)
export const copies = topic('copies', text)

export const partitions = { events: 3, users: 2, transfers: 2, sets: 2, enriched: 2, owned: 2, held: 3, notes: 2, copies: 2 }

/** How long a buffer holds events. */
const heldMs = 3000

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
export function ownerOf(transfer: string): string {
  return transfer.split(':')[0]!
}
