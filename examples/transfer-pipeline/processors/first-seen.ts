import { Serdes, windowStore } from 'millrace'
import type { Processor, ProcessorContext, StreamRecord, WindowStore } from 'millrace'
import type { IngestionTransfer } from '../schemas/rows.ts'

const retentionMs = 7 * 24 * 3_600_000

/** The transfers that were seen, each in the window of the time at which it was made: so they are forgotten in the order of time. */
export const firstSeenStore = windowStore('first-seen', {
  key: Serdes.string,
  value: Serdes.boolean,
  windowSizeMs: 1,
  retentionMs,
})

/**
 * Passes a transfer on when its id appears for the first time, at the time at which it was made, by its sender. What it becomes later, a
 * second snapshot and a replay count no more. A transfer that is older than the retention may pass again: its windows are closed by then.
 */
export class FirstSeen implements Processor<string, IngestionTransfer, string, IngestionTransfer> {
  #seen!: WindowStore<string, boolean>

  init(context: ProcessorContext<string, IngestionTransfer>): void {
    this.#seen = context.stateStore(firstSeenStore)
  }

  process(record: StreamRecord<string, IngestionTransfer>, context: ProcessorContext<string, IngestionTransfer>): void {
    const { fromUserId, createdAt } = record.value
    if (this.#seen.fetchOne(record.key, createdAt) !== null) return
    this.#seen.put(record.key, true, createdAt)
    context.forward({ ...record, key: String(fromUserId), timestamp: createdAt })
  }
}
