import { partitionKey } from '../../model/topic-partition.ts'
import type { Logger } from '../logger.ts'
import type { StateRestoreListener } from './changelog.ts'

/** Logs the end of each restore, with the offset where it began. Passes all calls on to `listener`. */
export function loggedRestores(listener: StateRestoreListener | undefined, logger: Logger): StateRestoreListener {
  const starts = new Map<string, number>()
  return {
    onRestoreStart(partition, storeName, start, end) {
      starts.set(partitionKey(partition), start)
      listener?.onRestoreStart?.(partition, storeName, start, end)
    },
    onBatchRestored: (...batch) => listener?.onBatchRestored?.(...batch),
    onRestoreEnd(partition, storeName, total) {
      const start = starts.get(partitionKey(partition))
      starts.delete(partitionKey(partition))
      const facts = { store: storeName, ...partition, start, restored: total }
      const message = `Store ${storeName} is restored: ${total} records of ${partitionKey(partition)} from offset ${start} on.`
      logger.info(message, facts)
      listener?.onRestoreEnd?.(partition, storeName, total)
    },
    onRestoreSuspended(partition, storeName, total) {
      starts.delete(partitionKey(partition))
      listener?.onRestoreSuspended?.(partition, storeName, total)
    },
  }
}
