import type { NewTopic } from 'millrace'

export type Environment = 'dev' | 'prod'

/** In production three brokers have each record, and two must have written it before it is acknowledged. */
export function topicsIn(environment: Environment, manifest: readonly NewTopic[]): readonly NewTopic[] {
  if (environment === 'dev') return manifest
  return manifest.map((topic) => ({
    ...topic,
    replicationFactor: 3,
    config: { ...topic.config, 'min.insync.replicas': '2' },
  }))
}
