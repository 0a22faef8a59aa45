import type { StoreSpec, VersionedKeyValueStoreSpec } from '../state/store-spec.ts'

type TopicConfig = Readonly<Record<string, string>>

const createTime: TopicConfig = { 'message.timestamp.type': 'CreateTime' }

export interface InternalTopicConfigOptions {
  /** `java`: as Kafka Streams even where compaction would lose rows. */
  readonly compatibility: 'safe' | 'java'
  /** Kafka topic configuration for all internal topics, over the defaults and below a store's own (Java: `topic.*`). */
  readonly topicConfig: TopicConfig
  /** Added to a window store's retention, because brokers delete by their own clock. In ms. */
  readonly windowStoreChangelogAdditionalRetentionMs: number
}

/** Repartition topics are purged by Millrace as they are consumed, never by age (Java: `RepartitionTopicConfig`). */
export function repartitionTopicConfig({ topicConfig }: InternalTopicConfigOptions): TopicConfig {
  const defaults = { 'cleanup.policy': 'delete', 'segment.bytes': '52428800', 'retention.ms': '-1' }
  return { ...createTime, ...defaults, ...topicConfig }
}

/** Kafka's settings for each kind of store, the application's, what follows from the store, and over them the store's own. */
export function changelogTopicConfig(spec: StoreSpec, options: InternalTopicConfigOptions): TopicConfig {
  const own = spec.changelog === 'disabled' ? {} : spec.changelog.config
  return { ...sourceChangelogTopicConfig(spec, options), ...own }
}

/** Of a source topic that serves as changelog: what suits the store. Whoever writes the topic decides. */
export function sourceChangelogTopicConfig(spec: StoreSpec, options: InternalTopicConfigOptions): TopicConfig {
  const policy = spec.kind === 'window' || spec.kind === 'session' ? 'compact,delete' : 'compact'
  return { ...createTime, 'cleanup.policy': policy, ...options.topicConfig, ...followingFrom(spec, options) }
}

function followingFrom(spec: StoreSpec, options: InternalTopicConfigOptions): TopicConfig {
  if (spec.kind === 'versioned') return { 'min.compaction.lag.ms': compactionLag(spec) }
  if (spec.kind !== 'window' && spec.kind !== 'session') return {}
  const keptMs = spec.changelogRetentionMs ?? spec.retentionMs
  const policy = mustNotCompact(spec, options) ? { 'cleanup.policy': 'delete' } : {}
  return { ...policy, 'retention.ms': longText(keptMs + options.windowStoreChangelogAdditionalRetentionMs) }
}

/**
 * Rows that share key and window would compact one another away. Java overlooks that of timestamped stores, and of those that a user
 * gives to a join.
 */
function mustNotCompact(spec: StoreSpec, { compatibility }: InternalTopicConfigOptions): boolean {
  if (spec.kind !== 'window' || spec.duplicates !== 'keep') return false
  return compatibility === 'safe' || (spec.values === 'plain' && spec.changelogHeaders !== 'record')
}

/** What the store could still be asked for must not be compacted; a day more, because brokers compact by their own clock. */
function compactionLag({ historyRetentionMs }: VersionedKeyValueStoreSpec<unknown, unknown>): string {
  return longText(historyRetentionMs + 86_400_000)
}

/** "For ever" is Java's largest long. */
function longText(ms: number): string {
  return Number.isSafeInteger(ms) ? String(ms) : '9223372036854775807'
}
