import type { StoreSpec, VersionedKeyValueStoreSpec } from '../state/store-spec.ts'

type TopicConfig = Readonly<Record<string, string>>

const createTime: TopicConfig = { 'message.timestamp.type': 'CreateTime' }

/** Repartition topics are purged by Millrace as they are consumed, never by age (Java: `RepartitionTopicConfig`). */
export const repartitionTopicConfig: TopicConfig = {
  ...createTime,
  'cleanup.policy': 'delete',
  'segment.bytes': '52428800',
  'retention.ms': '-1',
}

export interface ChangelogConfigOptions {
  /** Added to a window store's retention, because brokers delete by their own clock. In ms. */
  readonly windowStoreChangelogAdditionalRetentionMs: number
}

/** Kafka's settings for each kind of store, and over them the user's. */
export function changelogTopicConfig(spec: StoreSpec, options: ChangelogConfigOptions): TopicConfig {
  const config = spec.changelog === 'disabled' ? {} : spec.changelog.config
  return { ...createTime, ...changelogDefaults(spec, options), ...config }
}

/** What the store could still be asked for must not be compacted; a day more, because brokers compact by their own clock. */
function compactionLag({ historyRetentionMs }: VersionedKeyValueStoreSpec<unknown, unknown>): string {
  return longText(historyRetentionMs + 86_400_000)
}

/** "For ever" is Java's largest long. */
function longText(ms: number): string {
  return Number.isSafeInteger(ms) ? String(ms) : '9223372036854775807'
}

function changelogDefaults(spec: StoreSpec, options: ChangelogConfigOptions): TopicConfig {
  if (spec.kind === 'versioned') return { 'cleanup.policy': 'compact', 'min.compaction.lag.ms': compactionLag(spec) }
  if (spec.kind !== 'window') return { 'cleanup.policy': 'compact' }
  const retention = spec.retentionMs + options.windowStoreChangelogAdditionalRetentionMs
  return {
    'cleanup.policy': 'compact,delete',
    'retention.ms': longText(retention),
  }
}
