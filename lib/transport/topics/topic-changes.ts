import type { KnownTopic, KnownTopics } from './known-topics.ts'

/** A topic of which two looks at the cluster say different things. Null: there was, or is, no such topic. */
export interface TopicChange {
  readonly topic: string
  readonly before: KnownTopic | null
  readonly after: KnownTopic | null
}

/** The topics that have come, have gone, have another id or another number of partitions. */
export function topicChanges(before: KnownTopics, after: KnownTopics): readonly TopicChange[] {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort()
  const changes = names.map((topic) => ({ topic, before: before.get(topic) ?? null, after: after.get(topic) ?? null }))
  return changes.filter(({ before, after }) => isAnother(before, after) || before?.partitions !== after?.partitions)
}

/**
 * Whether what was known by a name is there no more: the topic is gone, or another one has its name (KIP-516). Offsets of it then
 * mean nothing.
 */
export function isLost({ before, after }: TopicChange): boolean {
  return before !== null && isAnother(before, after)
}

/** The change as a sentence for the log. */
export function changeText({ topic, before, after }: TopicChange): string {
  if (before === null) return `Topic ${topic} has come.`
  if (after === null) return `Topic ${topic} was deleted.`
  const { partitions } = after
  if (before.partitions !== partitions && before.id === after.id)
    return `Topic ${topic} has ${partitions} partitions now, and no longer ${before.partitions}.`
  return `Topic ${topic} was deleted and created again (topic id ${before.id}, now ${after.id}): what is read of it begins anew.`
}

function isAnother(before: KnownTopic | null, after: KnownTopic | null): boolean {
  if (before === null || after === null) return before !== after
  return before.id !== null && after.id !== null && before.id !== after.id
}
