import type { ChangelogOptions } from './store-kind.ts'

/**
 * The topic configuration of a changelog whose records expire: after `keptMs` and `windowStoreChangelogAdditionalRetentionMs` of
 * the application.
 */
export function retentionConfig(keptMs: number, options: ChangelogOptions): { readonly 'retention.ms': string } {
  return { 'retention.ms': longText(keptMs + options.windowStoreChangelogAdditionalRetentionMs) }
}

/** Milliseconds as Kafka writes them: "for ever" is Java's largest long. */
export function longText(ms: number): string {
  return Number.isSafeInteger(ms) ? String(ms) : '9223372036854775807'
}
