import type { StoreSpec } from '../state/store-spec.ts'

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

function changelogDefaults(spec: StoreSpec, options: ChangelogConfigOptions): TopicConfig {
  if (spec.kind !== 'window') return { 'cleanup.policy': 'compact' }
  const retention = spec.retentionMs + options.windowStoreChangelogAdditionalRetentionMs
  return {
    // Records that share key and window would compact one another away.
    'cleanup.policy': spec.duplicates === 'keep' ? 'delete' : 'compact,delete',
    'retention.ms': Number.isSafeInteger(retention) ? String(retention) : '9223372036854775807',
  }
}
