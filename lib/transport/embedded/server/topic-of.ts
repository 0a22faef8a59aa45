import { zeroUuid } from '../../kafka/wire/schema.ts'
import type { EmbeddedBroker } from '../embedded-broker.ts'
import { errorCodes } from '../../kafka/wire/error-codes.ts'

/** Newer versions of a request name topics by id instead of by name (KIP-516). */
export interface TopicReference {
  readonly name: string
  readonly topicId: string
}

/** The name of the topic that is meant. Empty if there is no topic of its id. */
export function topicOf({ name, topicId }: TopicReference, broker: EmbeddedBroker): string {
  return topicId === zeroUuid ? name : (broker.topics.byId(topicId)?.name ?? '')
}

/** The error of a topic that is named by an id which no topic has. */
export function errorOfTopic(name: string, { topicId }: TopicReference): number {
  return name === '' && topicId !== zeroUuid ? errorCodes.UNKNOWN_TOPIC_ID : 0
}
