import type { ChangelogOptions, StoreKind } from '../state/store-kind.ts'
import type { StoreSpec } from '../state/store-spec.ts'

type TopicConfig = Readonly<Record<string, string>>

const createTime: TopicConfig = { 'message.timestamp.type': 'CreateTime' }

export interface InternalTopicConfigOptions extends ChangelogOptions {
  /** Kafka topic configuration for all internal topics, over the defaults and below a store's own (Java: `topic.*`). */
  readonly topicConfig: TopicConfig
}

/** Repartition topics are purged by Millrace as they are consumed, never by age (Java: `RepartitionTopicConfig`). */
export function repartitionTopicConfig({ topicConfig }: InternalTopicConfigOptions): TopicConfig {
  const defaults = { 'cleanup.policy': 'delete', 'segment.bytes': '52428800', 'retention.ms': '-1' }
  return { ...createTime, ...defaults, ...topicConfig }
}

/** Kafka's settings for each kind of store, the application's, what follows from the store, and over them the store's own. */
export function changelogTopicConfig(spec: StoreSpec, kind: StoreKind, options: InternalTopicConfigOptions): TopicConfig {
  const own = spec.changelog === 'disabled' ? {} : spec.changelog.config
  return { ...sourceChangelogTopicConfig(spec, kind, options), ...own }
}

/** Of a source topic that serves as changelog: what suits the store. Whoever writes the topic decides. */
export function sourceChangelogTopicConfig(spec: StoreSpec, kind: StoreKind, options: InternalTopicConfigOptions): TopicConfig {
  const { changelog } = kind
  const defaults = { ...createTime, 'cleanup.policy': changelog.cleanupPolicy }
  return { ...defaults, ...options.topicConfig, ...changelog.topicConfig(spec, options) }
}
