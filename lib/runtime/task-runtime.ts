import type { Clock } from '../clock/clock.ts'
import type { Counter, Metrics } from '../metrics/metrics.ts'
import { taskIdString, type TaskId } from '../model/task-id.ts'
import type { UpgradeFrom } from '../model/upgrade-from.ts'
import type { TimestampExtractor } from '../processor/timestamp-extractor.ts'
import type { CacheBudget } from '../state/state-store.ts'
import type { StorageEnvironment } from '../storage/storage.ts'
import type { CurrentRecord } from './task/current-record.ts'
import type { SendDeadLetter } from './errors/dead-letters.ts'
import type { DeserializationHandler, ProcessingHandler, ProductionHandler } from './errors/error-handlers.ts'
import type { Logger } from './logger.ts'
import type { SerdeResolver } from './serdes/serde-resolver.ts'

/** What all tasks of an application share: resolved once, never changed. */
export interface TaskEnvironment {
  readonly applicationId: string
  readonly threadId: string
  readonly compatibility: 'safe' | 'java'
  readonly upgradeFrom?: UpgradeFrom | undefined
  /** Throttle of what operators emit when event time has passed. */
  readonly emitIntervalMs: number
  readonly clock: Clock
  readonly metrics: Metrics
  readonly logger: Logger
  readonly serdes: SerdeResolver
  readonly timestampExtractor: TimestampExtractor
  readonly deserializationHandler: DeserializationHandler
  readonly processingHandler: ProcessingHandler
  /** Who is asked about errors of what keeps the global stores (KIP-1270). */
  readonly globalProcessingHandler: 'processing' | 'fail'
  readonly productionHandler: ProductionHandler
  /** Where default dead letters go; undefined: there are none. */
  readonly deadLetterTopic: string | undefined
  readonly cache: CacheBudget
  readonly defaultStoreMedium: 'memory' | 'disk'
  /** KIP-695: how long to wait for a partition without data; −1: not at all. */
  readonly maxTaskIdleMs: number
}

/** What the parts of one task share. */
export interface TaskScope {
  readonly environment: TaskEnvironment
  readonly id: TaskId
  readonly storage: StorageEnvironment
  readonly current: CurrentRecord
  readonly droppedRecords: Counter
  /** What nodes share, by a key of theirs. */
  readonly shared: Map<object, object>
  readonly sendDeadLetter: SendDeadLetter
  /** Largest timestamp processed; −1 before the first record. */
  streamTime(): number
}

/** Tags of the metrics of a task. */
export function taskTags({ threadId }: TaskEnvironment, id: TaskId): Record<string, string> {
  return { 'thread-id': threadId, 'task-id': taskIdString(id) }
}
