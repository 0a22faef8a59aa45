import type { ChangelogOptions, StoreKind } from '../state/store-kind.ts'
import type { StoreSpec } from '../state/store-spec.ts'

type TopicConfig = Readonly<Record<string, string>>

const createTime: TopicConfig = { 'message.timestamp.type': 'CreateTime' }

export interface InternalTopicConfigOptions extends ChangelogOptions {
  /**
   * Kafka topic configuration for all internal topics (Java: `topic.*`). It overrides the defaults. A store's own settings
   * override it.
   */
  readonly topicConfig: TopicConfig
}

/**
 * Returns the configuration of repartition topics. They have no retention by age, because Millrace purges their processed records
 * (Java: `RepartitionTopicConfig`).
 */
export function repartitionTopicConfig({ topicConfig }: InternalTopicConfigOptions): TopicConfig {
  const defaults = { 'cleanup.policy': 'delete', 'segment.bytes': '52428800', 'retention.ms': '-1' }
  return { ...createTime, ...defaults, ...topicConfig }
}

/** Returns the configuration of a changelog. The store's own settings override those of `sourceChangelogTopicConfig`. */
export function changelogTopicConfig(spec: StoreSpec, kind: StoreKind, options: InternalTopicConfigOptions): TopicConfig {
  const own = spec.changelog === 'disabled' ? {} : spec.changelog.config
  return { ...sourceChangelogTopicConfig(spec, kind, options), ...own }
}

/**
 * Returns the configuration that a store needs of its changelog. Later ones override earlier ones: Kafka's defaults, the
 * application's `topicConfig`, and the settings that follow from the store. If a source topic is the changelog, this is only a
 * recommendation: its owner configures it.
 */
export function sourceChangelogTopicConfig(spec: StoreSpec, kind: StoreKind, options: InternalTopicConfigOptions): TopicConfig {
  const { changelog } = kind
  const defaults = { ...createTime, 'cleanup.policy': changelog.cleanupPolicy }
  return { ...defaults, ...options.topicConfig, ...changelog.topicConfig(spec, options) }
}
