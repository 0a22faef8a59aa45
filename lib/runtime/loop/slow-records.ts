import { taskIdString } from '../../model/task-id.ts'
import type { Logger } from '../logger.ts'
import type { ActiveTask } from '../task/task.ts'

export interface SlowRecordsOptions {
  readonly logger: Logger
  readonly sessionTimeoutMs: number
}

/**
 * Warns of records that hold up the thread. Code of a topology is synchronous, and heartbeats are sent by the same thread. So a record
 * that takes longer than the session loses the tasks, which are then processed by another member.
 */
export class SlowRecords {
  readonly #options: SlowRecordsOptions

  constructor(options: SlowRecordsOptions) {
    this.#options = options
  }

  /** Told how long the last records of a task took: `count` of them, the last one included. */
  took(task: ActiveTask, tookMs: number, count: number): void {
    const { logger, sessionTimeoutMs } = this.#options
    if (tookMs < sessionTimeoutMs / 2) return
    const { lastRecord } = task
    if (lastRecord === null) return
    const { node, topic, partition, offset } = lastRecord
    const before = count > 1 ? ` or one of the ${count - 1} before it` : ''
    const message =
      `A record of node ${node} in task ${taskIdString(task.id)} took ${Math.round(tookMs)} ms: offset ${offset} of ${topic}-${partition}${before}. ` +
      `Meanwhile no heartbeat was sent, and after ${sessionTimeoutMs} ms (sessionTimeoutMs) the tasks go to another member. ` +
      'Let the record take less time, or raise sessionTimeoutMs.'
    logger.warn(message, { code: 'STREAMS_SLOW_RECORD', taskId: taskIdString(task.id), ...lastRecord, tookMs, sessionTimeoutMs })
  }
}
