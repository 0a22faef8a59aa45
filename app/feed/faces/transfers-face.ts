import type { TransferRecord, TransferRow } from '../../contracts/feed.ts'
import type { FeedTopic } from '../vector.ts'
import type { Face } from './face.ts'
import { recordFace } from './record-face.ts'
import type { RecordEvent } from './record-face.ts'

/**
 * `/transfers/stream`: one event a transfer, `transfer.upserted` or `transfer.deleted`, each with the vector after it. With `userId` only
 * the transfers from or to that user: one that goes to others is deleted for him, and so is one that is deleted, if it was his. Where nobody
 * knows whose it was, everybody is told.
 */
export function transfersFace(topics: readonly FeedTopic[], userId: number | null): Face {
  return recordFace(topics, (record) => (record.kind === 'transfer' ? eventOf(record, userId) : null))
}

function eventOf({ key, value, was }: TransferRecord, userId: number | null): RecordEvent | null {
  if (value !== null && (userId === null || isOf(value, userId)))
    return { type: 'transfer.upserted', text: JSON.stringify(value) }
  const isGone = value === null && (userId === null || was === undefined)
  if (!isGone && !was?.includes(userId!)) return null
  return { type: 'transfer.deleted', text: JSON.stringify({ id: Number(key) }) }
}

function isOf({ fromUserId, toUserId }: TransferRow, userId: number): boolean {
  return fromUserId === userId || toUserId === userId
}
