import { StreamsError } from '../../model/errors.ts'
import type { TopicChange } from '../../transport/topics/topic-changes.ts'

/**
 * The error of internal topics that others have deleted, or created again, while the application runs. The records in them were the
 * only copy of what is between two sub-topologies, or of a store's rows.
 */
export function internalTopicsLost(changes: readonly TopicChange[]): StreamsError {
  const topics = changes.map(({ topic }) => topic)
  const message =
    `Internal topics of this application were deleted while it ran: ${topics.join(', ')}. Records that only they had are lost. ` +
    'Reset the application, so that it computes its state anew; or start it again, so that it goes on with what is left.'
  return new StreamsError('STREAMS_INTERNAL_TOPIC_LOST', message, { facts: { topics } })
}
