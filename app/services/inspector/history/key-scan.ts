import type { Cluster, RawRecord } from 'millrace'
import { partitionForKey } from 'millrace'
import type { FetchPosition } from 'millrace/transport'
import { endsOf, startsOf } from '../../../adapters/kafka/partition-ends.ts'
import { OffsetGoneError, tailTopics } from '../../../adapters/kafka/topic-tail.ts'
import { keyText } from '../../../capture/envelope.ts'
import type { HistoryScan } from '../../../contracts/history.ts'
import { keyText as idText } from '../../../feed/topics/topic-reader.ts'

/** The rows whose records are looked for in a topic, by their ids as text. */
export interface Wanted {
  readonly topic: string
  readonly ids: readonly string[]
  /** Keys of raw topics are Connect's JSON. */
  readonly keys: 'text' | 'connect'
}

export interface Scanned extends HistoryScan {
  readonly records: readonly RawRecord[]
}

/** Reads all records of some keys, from their partitions alone, for as long as `signal` allows. */
export async function scanKeys(cluster: Cluster, wanted: readonly Wanted[], signal: AbortSignal): Promise<Scanned> {
  for (;;)
    try {
      return await scan(cluster, wanted, signal)
    } catch (error) {
      // Retention took the beginning away meanwhile.
      if (!(error instanceof OffsetGoneError)) throw error
    }
}

async function scan(cluster: Cluster, wanted: readonly Wanted[], signal: AbortSignal): Promise<Scanned> {
  const startMs = performance.now()
  const topics = wanted.map(({ topic }) => topic)
  const [starts, ends] = await Promise.all([startsOf(cluster, topics), endsOf(cluster, topics)])
  const isOfKey = partitionsOf(wanted, starts)
  const [from, until] = [starts.filter(isOfKey), ends.filter(isOfKey)]
  const ids = new Map(wanted.map(({ topic, ids }) => [topic, new Set(ids)]))
  const records: RawRecord[] = []
  let read = 0
  for await (const parts of tailTopics(cluster, { clientId: 'inspector-key', from, until, signal }))
    for (const part of parts) {
      read += part.to - part.from
      records.push(...part.records.filter((record) => ids.get(part.topic)!.has(idText(record) ?? '')).map(kept))
    }
  return { records, read, of: sum(until) - sum(from), ms: Math.round(performance.now() - startMs) }
}

/** Whether a partition is one in which the records of the wanted keys are. */
function partitionsOf(wanted: readonly Wanted[], all: readonly FetchPosition[]): (place: FetchPosition) => boolean {
  const places = wanted.flatMap(({ topic, ids, keys }) => {
    const count = all.filter((place) => place.topic === topic).length
    return ids.flatMap((id) => keyForms(topic, id, keys).map((key) => `${topic}-${partitionForKey(Buffer.from(key), count)}`))
  })
  const found = new Set(places)
  return ({ topic, partition }) => found.has(`${topic}-${partition}`)
}

/** Connect writes keys with their schema, or without. */
function keyForms(topic: string, id: string, keys: Wanted['keys']): string[] {
  return keys === 'text' ? [id] : [keyText(topic, Number(id)), `{"id":${id}}`]
}

/** The views of a fetch do not last. */
function kept(record: RawRecord): RawRecord {
  const copy = (bytes: Uint8Array | null): Uint8Array | null => (bytes === null ? null : new Uint8Array(bytes))
  const headers = record.headers.map(({ key, value }) => ({ key, value: copy(value) }))
  return { ...record, key: copy(record.key), value: copy(record.value), headers }
}

const sum = (places: readonly FetchPosition[]): number => places.reduce((total, { offset }) => total + offset, 0)
