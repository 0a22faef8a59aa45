import type { StoreSpec } from '../state/store-spec.ts'
import type { InternalTopic } from '../topology/topology-plan.ts'

export type TopicConfig = Readonly<Record<string, string>>

const allTopics: TopicConfig = Object.freeze({ 'message.timestamp.type': 'CreateTime' })

const longMax = '9223372036854775807'

/**
 * Configuration of a repartition topic that is to be created: the library's defaults, then `topic.*`, then the topic's own
 * (Java: `RepartitionTopicConfig`). Its records are deleted when they are consumed, and not by age.
 */
export function repartitionTopicConfig(topic: InternalTopic, topicConfig: TopicConfig): TopicConfig {
  const defaults = { 'cleanup.policy': 'delete', 'segment.bytes': '52428800', 'retention.ms': '-1' }
  return { ...allTopics, ...defaults, ...topicConfig, ...topic.config }
}

/**
 * Configuration of a changelog that is to be created, in the same order (Java: `WindowedChangelogTopicConfig`,
 * `UnwindowedUnversionedChangelogTopicConfig`). The retention of a window store's changelog follows from the store: `topic.*`
 * does not change it, only the store's own configuration does.
 */
export function changelogTopicConfig(
  topic: InternalTopic,
  spec: StoreSpec,
  topicConfig: TopicConfig,
  additionalRetentionMs: number,
): TopicConfig {
  if (spec.kind === 'key-value') return { ...allTopics, 'cleanup.policy': 'compact', ...topicConfig, ...topic.config }
  const retention = { 'retention.ms': retentionMs(spec.retentionMs + additionalRetentionMs) }
  // Rows with duplicates are numbered: each key is written once, and there is nothing to compact.
  const policy = spec.duplicates === 'keep' ? { 'cleanup.policy': 'delete' } : {}
  return { ...allTopics, 'cleanup.policy': 'compact,delete', ...topicConfig, ...policy, ...retention, ...topic.config }
}

function retentionMs(ms: number): string {
  return Number.isSafeInteger(ms) ? String(ms) : longMax
}
