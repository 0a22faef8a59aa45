import { Serdes, StreamsBuilder, topic, windowStore } from 'millrace'
import type { Processor, ProcessorContext, StreamRecord, Topology, WindowStore } from 'millrace'

/** Keys are ids of events, which a producer may send again. */
export const events = topic('events', { key: Serdes.string, value: Serdes.string })
export const unique = topic('unique-events', events)

/** How long an id is remembered. */
export const rememberedMs = 3_600_000

const seen = windowStore('seen', {
  key: Serdes.string,
  value: Serdes.boolean,
  retentionMs: 2 * rememberedMs,
  windowSizeMs: 1,
})

/** Each event once, if its copies are at most an hour apart. The store forgets by itself. */
export function deduplication(): Topology {
  const builder = new StreamsBuilder()
  builder
    .stream(events)
    .processValues(() => new FirstOnly(), { stores: [seen], name: 'first-only' })
    .to(unique)
  return builder.build()
}

class FirstOnly implements Processor<string, string, string, string> {
  #seen!: WindowStore<string, boolean>

  init(context: ProcessorContext<string, string>): void {
    this.#seen = context.stateStore(seen)
  }

  process(record: StreamRecord<string, string>, context: ProcessorContext<string, string>): void {
    const { key, timestamp } = record
    const copies = this.#seen.fetch(key, timestamp - rememberedMs, timestamp + rememberedMs)
    if (copies.next().done === true) context.forward(record)
    this.#seen.put(key, true, timestamp)
  }
}
