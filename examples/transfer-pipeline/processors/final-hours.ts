import { Serdes, windowStore } from 'millrace'
import type { Processor, ProcessorContext, StreamRecord, WindowStore, Windowed } from 'millrace'
import { hourKey, hourMs, keptMs } from '../topologies/hours.ts'
import type { Sent } from '../topologies/hours.ts'
import type { TransferTotals } from '../topics.ts'

/** The hours that are closed, by user: what has gone to the topic as final. */
export const finalHoursStore = windowStore('final-1h', {
  key: Serdes.string,
  value: Serdes.boolean,
  windowSizeMs: hourMs,
  retentionMs: keptMs,
})

/** Makes a record of each hour that is closed, and keeps that it is. */
export class FinalHours implements Processor<Windowed<string>, Sent | null, string, TransferTotals> {
  #final!: WindowStore<string, boolean>

  init(context: ProcessorContext<string, TransferTotals>): void {
    this.#final = context.stateStore(finalHoursStore)
  }

  process(record: StreamRecord<Windowed<string>, Sent | null>, context: ProcessorContext<string, TransferTotals>): void {
    const { key: user, startMs: windowStart, endMs: windowEnd } = record.key
    if (record.value === null) return
    const { count: sentCount, total: sentTotal } = record.value
    this.#final.put(user, true, windowStart)
    const value = { userId: Number(user), windowStart, windowEnd, sentCount, sentTotal, final: true }
    context.forward({ ...record, key: hourKey(user, windowStart), value })
  }
}
