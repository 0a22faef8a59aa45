import type { Clock } from '../../clock/clock.ts'
import { partitionKey, type TopicPartition } from '../../model/topic-partition.ts'
import type { Logger } from '../logger.ts'
import type { StateRestoreListener } from './changelog.ts'

/** How often the progress of a long restore is logged. Java: `StoreChangelogReader.RESTORE_LOG_INTERVAL_MS`. */
const progressIntervalMs = 10_000

interface LoggedRestore {
  readonly start: number
  readonly end: number
  loggedMs: number
}

/**
 * Logs the end of each restore, with the offset where it began, and how far a long one is. Passes all calls on to `listener`.
 */
export function loggedRestores(
  listener: StateRestoreListener | undefined,
  logger: Logger,
  clock: Pick<Clock, 'monotonic'>,
): StateRestoreListener {
  const restores = new Map<string, LoggedRestore>()
  const progress = (partition: TopicPartition, store: string, position: number): void => {
    const restore = restores.get(partitionKey(partition))
    if (restore === undefined || clock.monotonic() - restore.loggedMs < progressIntervalMs) return
    restore.loggedMs = clock.monotonic()
    const { start, end } = restore
    const percent = Math.floor((100 * (position - start)) / Math.max(1, end - start))
    const message = `Store ${store} is being restored: at offset ${position} of ${end} of ${partitionKey(partition)}, ${percent} % are done.`
    logger.info(message, { store, ...partition, start, position, end })
  }
  return {
    onRestoreStart(partition, storeName, start, end) {
      restores.set(partitionKey(partition), { start, end, loggedMs: clock.monotonic() })
      listener?.onRestoreStart?.(partition, storeName, start, end)
    },
    onBatchRestored(partition, storeName, nextOffset, restored) {
      progress(partition, storeName, nextOffset)
      listener?.onBatchRestored?.(partition, storeName, nextOffset, restored)
    },
    onRestoreEnd(partition, storeName, total) {
      const start = restores.get(partitionKey(partition))?.start
      restores.delete(partitionKey(partition))
      const facts = { store: storeName, ...partition, start, restored: total }
      const message = `Store ${storeName} is restored: ${total} records of ${partitionKey(partition)} from offset ${start} on.`
      logger.info(message, facts)
      listener?.onRestoreEnd?.(partition, storeName, total)
    },
    onRestoreSuspended(partition, storeName, total) {
      restores.delete(partitionKey(partition))
      listener?.onRestoreSuspended?.(partition, storeName, total)
    },
  }
}
