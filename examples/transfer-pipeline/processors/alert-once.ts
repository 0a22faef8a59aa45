import { Serdes, windowStore } from 'millrace'
import type { Processor, ProcessorContext, StreamRecord, WindowStore } from 'millrace'
import { transferAlerts } from '../topics.ts'
import type { TransferAlert } from '../topics.ts'

const dayMs = 24 * 3_600_000

/** The alerts of the last day, by user and rule, in the windows in which the limit was passed. */
export const alertsStore = windowStore('alerts', {
  key: Serdes.string,
  value: transferAlerts.value,
  windowSizeMs: 3_600_000,
  retentionMs: dayMs,
})

/**
 * Passes an alert on if no earlier one of the same user and rule has a part of its window. So a burst is one alert however many windows
 * it falls into, no transfer is in two of them, and a record that comes again tells nothing new.
 */
export class AlertOnce implements Processor<string, TransferAlert, string, TransferAlert> {
  #alerts!: WindowStore<string, TransferAlert>

  init(context: ProcessorContext<string, TransferAlert>): void {
    this.#alerts = context.stateStore(alertsStore)
  }

  process(record: StreamRecord<string, TransferAlert>, context: ProcessorContext<string, TransferAlert>): void {
    const key = `${record.key} ${record.value.rule}`
    if (this.#isKnown(key, record.value)) return
    this.#alerts.put(key, record.value, record.value.windowStart)
    context.forward(record)
  }

  /** Windows of a rule have one length, so one that began earlier than that before has ended. */
  #isKnown(key: string, { windowStart, windowEnd }: TransferAlert): boolean {
    const earliest = Math.max(0, windowStart - (windowEnd - windowStart))
    for (const { value } of this.#alerts.fetch(key, earliest, windowEnd))
      if (value.windowStart < windowEnd && value.windowEnd > windowStart) return true
    return false
  }
}
