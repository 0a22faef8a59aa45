import type { OffsetCommit } from '../group-coordinator.ts'
import type { KnownTopics } from '../topics/known-topics.ts'

const form = /^topic-id=([\w-]{22})$/

/** What is committed with an offset: the topic that it is of. A reader of the group that finds another one must not use the offset. */
export function metadataOf(topicId: string | undefined): string {
  return topicId === undefined ? '' : `topic-id=${topicId}`
}

/** Whether the committed offset is of the topic that has the name now. What other programs commit is taken to be. */
export function isOfTopic({ topic, metadata }: OffsetCommit, now: KnownTopics): boolean {
  const [committed, id] = [form.exec(metadata)?.[1], now.get(topic)?.id ?? undefined]
  return committed === undefined || id === undefined || committed === id
}
