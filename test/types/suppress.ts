/** Never run: `npm run types` compiles it, and each `@ts-expect-error` must be one. */
import type { KStream } from '../../lib/dsl/kstream.ts'
import type { FinalKTable, KTable } from '../../lib/dsl/ktable.ts'
import { StreamsBuilder } from '../../lib/dsl/streams-builder.ts'
import { Suppressed } from '../../lib/dsl/windows/suppressed.ts'
import { TimeWindows } from '../../lib/dsl/windows/time-windows.ts'
import { topic } from '../../lib/model/topic.ts'
import type { Windowed } from '../../lib/model/windowed.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import { proves, type Exact } from './exact.ts'

const words = topic('words', { key: Serdes.string, value: Serdes.string })
const builder = new StreamsBuilder()
const table = builder.table(words)
const counts = builder
  .stream(words)
  .groupByKey()
  .windowedBy(TimeWindows.of({ sizeMs: 10 }))
  .count()

const final = counts.suppress(Suppressed.untilWindowCloses({ maxRecords: 10, whenFull: 'shut-down' }))
proves<Exact<typeof final, FinalKTable<Windowed<string>, number>>>()
const results = final.toStream({ name: 'results' })
proves<Exact<typeof results, KStream<Windowed<string>, number>>>()
// It is a table as any other, apart from that.
export const asTable: KTable<Windowed<string>, number> = final
const limited = table.suppress(Suppressed.untilTimeLimit(10, { maxBytes: 10, whenFull: 'emit-early' }), { name: 'limited' })
proves<Exact<typeof limited, KTable<string, string>>>()
const changes = limited.toStream()
proves<Exact<typeof changes, KStream<string, string | null>>>()
counts.suppress(Suppressed.untilTimeLimit(10, { changelog: 'disabled' }))

// @ts-expect-error: 'untilWindowCloses needs a table with windowed keys'
table.suppress(Suppressed.untilWindowCloses())
// @ts-expect-error: a final result cannot come early
counts.suppress(Suppressed.untilWindowCloses({ maxRecords: 10, whenFull: 'emit-early' }))
// @ts-expect-error: a limit of time is needed
table.suppress(Suppressed.untilTimeLimit())
