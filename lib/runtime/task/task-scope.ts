import type { Counter } from '../../metrics/metrics.ts'
import { taskIdString, type TaskId } from '../../model/task-id.ts'
import type { StorageEnvironment } from '../../storage/storage.ts'
import type { ThreadEnvironment } from '../environment/thread-environment.ts'
import type { ErrorReports } from '../errors/ask-handler.ts'
import type { SendDeadLetter } from '../errors/dead-letters.ts'
import type { CurrentRecord } from './current-record.ts'
import type { SkippedRecords } from './skipped-records.ts'

/** The objects that the parts of one task share. */
export interface TaskScope {
  readonly environment: ThreadEnvironment
  readonly id: TaskId
  readonly storage: StorageEnvironment
  readonly current: CurrentRecord
  readonly droppedRecords: Counter
  readonly skipped: SkippedRecords
  /** Objects that several nodes of the task use together, by a key that these nodes know. */
  readonly shared: Map<string, object>
  readonly sendDeadLetter: SendDeadLetter
  /** The largest timestamp that the task has processed; −1 before the first record. */
  streamTime(): number
}

/** The places to which errors of the task's records are reported. */
export function reportsOf({ environment, droppedRecords, sendDeadLetter }: TaskScope): ErrorReports {
  const { logger, deadLetterTopic } = environment
  return { logger, deadLetterTopic, droppedRecords, sendDeadLetter }
}

/** Tags of the metrics of a task. */
export function taskTags({ threadId }: ThreadEnvironment, id: TaskId): Record<string, string> {
  return { 'thread-id': threadId, 'task-id': taskIdString(id) }
}
