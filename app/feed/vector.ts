import type { Batch, Vector } from '../contracts/feed.ts'

/** A topic of a feed. Its id is another one on another cluster, and after the topic was made anew. */
export interface FeedTopic {
  readonly name: string
  readonly id: string
  readonly partitions: number
}

/** The next offset of each partition, by the topic's name. */
export type Positions = ReadonlyMap<string, readonly number[]>

/** `topicId:next0,next1;…` */
export function formatVector(topics: readonly FeedTopic[], positions: Positions): Vector {
  return topics.map(({ name, id }) => `${id}:${positions.get(name)!.join(',')}`).join(';')
}

/** The positions of a vector of these topics: `malformed` if it is no vector, `other-topics` if it is one of others. */
export function parseVector(text: string, topics: readonly FeedTopic[]): Positions | 'malformed' | 'other-topics' {
  const parts = text.split(';').map((part) => /^([\w.-]+):(\d{1,15}(?:,\d{1,15})*)$/.exec(part))
  if (parts.some((part) => part === null)) return 'malformed'
  const found = new Map(parts.map((part) => [part![1]!, part![2]!.split(',').map(Number)]))
  const isSame = found.size === topics.length && topics.every(({ id, partitions }) => found.get(id)?.length === partitions)
  return isSame ? new Map(topics.map(({ name, id }) => [name, found.get(id)!])) : 'other-topics'
}

/** Every partition at its first offset. */
export function startOf(topics: readonly FeedTopic[]): Positions {
  return new Map(topics.map(({ name, partitions }) => [name, Array.from({ length: partitions }, () => 0)]))
}

/** The positions after a batch. */
export function advance(positions: Positions, { ranges }: Pick<Batch, 'ranges'>): Positions {
  const next = new Map(positions)
  for (const { topic, p, to } of ranges) next.set(topic, next.get(topic)!.with(p, to))
  return next
}

/** Whether no partition of `left` is before that of `right`. */
export function isAtOrAfter(left: Positions, right: Positions): boolean {
  return [...right].every(([topic, next]) => next.every((offset, partition) => left.get(topic)![partition]! >= offset))
}

/** What of a batch is at or after the positions; null where that is nothing. */
export function clip(batch: Batch, at: Positions): Batch | null {
  const startIn = (topic: string, p: number): number => at.get(topic)![p]!
  if (batch.ranges.every(({ topic, p, from }) => from >= startIn(topic, p))) return batch
  const records = batch.records.filter(({ topic, p, o }) => o >= startIn(topic, p))
  const ranges = batch.ranges
    .filter(({ topic, p, to }) => to > startIn(topic, p))
    .map(({ topic, p, from, to, holes }) => {
      const start = startIn(topic, p)
      if (from >= start) return { topic, p, from, to, holes }
      const left = records.filter((record) => record.topic === topic && record.p === p).length
      return { topic, p, from: start, to, holes: to - start - left }
    })
  return ranges.length === 0 ? null : { ...batch, ranges, records }
}
