import { ManualClock } from '../../lib/clock/manual-clock.ts'
import { MemoryMetrics } from '../../lib/metrics/memory-metrics.ts'
import { viewOf } from '../../lib/model/byte-span.ts'
import type { Headers } from '../../lib/model/headers.ts'
import { failOnInvalidTimestamp } from '../../lib/processor/timestamp-extractors.ts'
import { logAndFail, retryOrFail } from '../../lib/runtime/errors/error-handlers.ts'
import { silentLogger } from '../../lib/runtime/logger.ts'
import type { OutputBytes, RecordOutput, TopicOutput } from '../../lib/runtime/output/record-output.ts'
import type { RestoredRecord } from '../../lib/runtime/restore/changelog.ts'
import { SerdeResolver } from '../../lib/runtime/serdes/serde-resolver.ts'
import type { ThreadEnvironment } from '../../lib/runtime/environment/thread-environment.ts'
import { RecordCacheBudget } from '../../lib/state/layers/record-cache-budget.ts'
import type { ChangelogRecord } from '../../lib/state/state-store.ts'

/** A cluster's log, as far as a task sees it: what it wrote, by topic. */
export class Log implements RecordOutput {
  readonly records = new Map<string, ChangelogRecord[]>()

  of(topic: string): ChangelogRecord[] {
    const records = this.records.get(topic) ?? []
    this.records.set(topic, records)
    return records
  }

  topic(name: string): TopicOutput {
    const copied = (bytes: OutputBytes) => bytes && Buffer.from(viewOf(bytes))
    const append = (_: number, key: OutputBytes, value: OutputBytes, timestamp: number | null, headers: Headers) =>
      void this.of(name).push({ key: copied(key)!, value: copied(value), timestamp: timestamp ?? 0, headers })
    return { name, partitions: 1, whenKnown: (write) => write(), append, nextOffset: () => this.of(name).length }
  }

  changelog(name: string): TopicOutput {
    return this.topic(name)
  }
}

/** The records of a log with their offsets. */
export function placed(log: readonly ChangelogRecord[]): RestoredRecord[] {
  return log.map((record, offset) => ({ ...record, offset }))
}

/** What a task needs of its application. */
export const environment: ThreadEnvironment = {
  applicationId: 'test',
  threadId: 'test',
  compatibility: 'safe',
  emitIntervalMs: 0,
  clock: new ManualClock(0),
  metrics: new MemoryMetrics(),
  logger: silentLogger,
  serdes: new SerdeResolver({ schemaRegistry: 'local' }),
  timestampExtractor: failOnInvalidTimestamp,
  deserializationHandler: logAndFail,
  processingHandler: logAndFail,
  productionHandler: retryOrFail,
  globalProcessingHandler: 'fail',
  deadLetterTopic: undefined,
  cache: new RecordCacheBudget(0),
  defaultStoreMedium: 'disk',
  maxTaskIdleMs: -1,
}
