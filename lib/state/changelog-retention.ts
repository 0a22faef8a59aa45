import type { ChangelogOptions } from './store-kind.ts'

/** What windows and sessions need of a changelog that forgets by time, in Kafka's words. */
export function retentionConfig(keptMs: number, options: ChangelogOptions): { readonly 'retention.ms': string } {
  return { 'retention.ms': longText(keptMs + options.windowStoreChangelogAdditionalRetentionMs) }
}

/** Milliseconds as Kafka writes them: "for ever" is Java's largest long. */
export function longText(ms: number): string {
  return Number.isSafeInteger(ms) ? String(ms) : '9223372036854775807'
}
