import type { Batch, FeedRecord, Vector } from '../../contracts/feed.ts'
import type { FeedTopic, Positions } from '../vector.ts'
import { formatVector, parseVector } from '../vector.ts'
import type { Face, FaceEvent } from './face.ts'

export type RecordEvent = Omit<FaceEvent, 'id'>

/** One event a record, with the vector after it; `eventOf` gives null for records that these clients do not get. */
export function recordFace(topics: readonly FeedTopic[], eventOf: (record: FeedRecord) => RecordEvent | null): Face {
  return {
    batch(batch, id) {
      const cursor = new Cursor(topics, beginOf(batch, id, topics))
      return batch.records.flatMap((record): FaceEvent[] => {
        const after = cursor.after(record)
        const event = eventOf(record)
        return event === null ? [] : [{ ...event, id: after }]
      })
    },
    event: () => null,
    end: (type, text) => ({ type, id: null, text }),
  }
}

/** Where reading has come to, record by record. */
class Cursor {
  readonly #topics: readonly FeedTopic[]
  readonly #next: Map<string, number[]>

  constructor(topics: readonly FeedTopic[], before: Positions) {
    this.#topics = topics
    this.#next = new Map([...before].map(([topic, next]) => [topic, [...next]]))
  }

  after({ topic, p, o }: FeedRecord): Vector {
    this.#next.get(topic)![p] = o + 1
    return formatVector(this.#topics, this.#next)
  }
}

function beginOf({ ranges }: Batch, id: Vector, topics: readonly FeedTopic[]): Positions {
  const after = parseVector(id, topics)
  if (typeof after === 'string') throw new TypeError(`${id} is no vector of this feed.`)
  const before = new Map([...after].map(([topic, next]) => [topic, [...next]]))
  for (const { topic, p, from } of ranges) before.get(topic)![p] = from
  return before
}
