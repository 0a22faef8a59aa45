import type { Batch, FeedRecord, TransferRecord, TransferRow, Vector } from '../../contracts/feed.ts'
import type { FeedTopic, Positions } from '../vector.ts'
import { formatVector, parseVector } from '../vector.ts'
import type { Face, FaceEvent } from './face.ts'

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

/**
 * `/transfers/stream`: one event a transfer, `transfer.upserted` or `transfer.deleted`, each with the vector after it. With `userId` only
 * the transfers from or to that user: one that goes to others is deleted for him, and so is one that is deleted, if it was his. Where nobody
 * knows whose it was, everybody is told.
 */
export function transfersFace(topics: readonly FeedTopic[], userId: number | null): Face {
  return {
    batch(batch, id) {
      const cursor = new Cursor(topics, beginOf(batch, id, topics))
      return batch.records.flatMap((record): FaceEvent[] => {
        const after = cursor.after(record)
        const event = record.kind === 'transfer' ? eventOf(record, userId) : null
        return event === null ? [] : [{ ...event, id: after }]
      })
    },
    event: () => null,
    end: (type, text) => ({ type, id: null, text }),
  }
}

function beginOf({ ranges }: Batch, id: Vector, topics: readonly FeedTopic[]): Positions {
  const after = parseVector(id, topics)
  if (typeof after === 'string') throw new TypeError(`${id} is no vector of this feed.`)
  const before = new Map([...after].map(([topic, next]) => [topic, [...next]]))
  for (const { topic, p, from } of ranges) before.get(topic)![p] = from
  return before
}

function eventOf({ key, value, was }: TransferRecord, userId: number | null): Omit<FaceEvent, 'id'> | null {
  if (value !== null && (userId === null || isOf(value, userId)))
    return { type: 'transfer.upserted', text: JSON.stringify(value) }
  const isGone = value === null && (userId === null || was === undefined)
  if (!isGone && !was?.includes(userId!)) return null
  return { type: 'transfer.deleted', text: JSON.stringify({ id: Number(key) }) }
}

function isOf({ fromUserId, toUserId }: TransferRow, userId: number): boolean {
  return fromUserId === userId || toUserId === userId
}
