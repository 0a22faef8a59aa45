import type { FeedTopic } from '../vector.ts'
import type { Face } from './face.ts'
import { recordFace } from './record-face.ts'

/** `/alerts/stream`: `alert.raised` for each alert, or for those of a user. */
export function alertsFace(topics: readonly FeedTopic[], userId: number | null): Face {
  return recordFace(topics, ({ kind, value }) => {
    if (kind !== 'alert' || value === null || (userId !== null && value.userId !== userId)) return null
    return { type: 'alert.raised', text: JSON.stringify(value) }
  })
}
