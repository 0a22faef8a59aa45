/** Never run: `npm run types` compiles it, and each `@ts-expect-error` must be one. */
import type { KTable } from '../../lib/dsl/ktable.ts'
import type { SessionWindowedKStream } from '../../lib/dsl/session-windowed-kstream.ts'
import { SessionWindows } from '../../lib/dsl/windows/session-windows.ts'
import { StreamsBuilder } from '../../lib/dsl/streams-builder.ts'
import type { KafkaStreams } from '../../lib/kafka-streams.ts'
import { topic } from '../../lib/model/topic.ts'
import type { Windowed } from '../../lib/model/windowed.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import type { QueryableSessionStore } from '../../lib/query/queryable-stores.ts'
import { keyValueStore, sessionStore } from '../../lib/state/stores.ts'
import { proves, type Exact } from './exact.ts'

declare const streams: KafkaStreams
const words = new StreamsBuilder().stream(topic('words', { key: Serdes.string, value: Serdes.string })).groupByKey()
const sessions = words.windowedBy(SessionWindows.of({ gapMs: 10 }))
proves<Exact<typeof sessions, SessionWindowedKStream<string, string>>>()
proves<Exact<ReturnType<typeof sessions.emitStrategy>, SessionWindowedKStream<string, string>>>()

const counts = sessions.count()
proves<Exact<typeof counts, KTable<Windowed<string>, number>>>()
const joined = sessions.reduce((left, right) => left + right)
proves<Exact<typeof joined, KTable<Windowed<string>, string>>>()
const total = sessions.aggregate(
  () => 0,
  (sum, word) => sum + word.length,
  (left, right) => left + right,
  { value: Serdes.long },
)
proves<Exact<typeof total, KTable<Windowed<string>, number>>>()

// prettier-ignore
// @ts-expect-error: sessions that become one need a merger
sessions.aggregate(() => 0, (sum, word) => sum + word.length, { value: Serdes.long })
// prettier-ignore
// @ts-expect-error: the merger makes what the initializer makes
sessions.aggregate(() => 0, (sum) => sum, (left, right) => `${left}${right}`)
// @ts-expect-error: a session has a gap
SessionWindows.of({ graceMs: 1 })
// @ts-expect-error: sessions are emitted on update or on close
sessions.emitStrategy('never')

const cogrouped = words.cogroup((sum: number, word) => sum + word.length).windowedBy(SessionWindows.of({ gapMs: 10 }))
const sums = cogrouped.aggregate(
  () => 0,
  (left, right) => left + right,
)
proves<Exact<typeof sums, KTable<Windowed<string>, number>>>()
// @ts-expect-error: sessions of a cogroup need a merger, too
cogrouped.aggregate(() => 0)

const kept = sessionStore('kept', { key: Serdes.string, value: Serdes.long, retentionMs: 100 })
sessions.count({ store: kept })
const found = streams.store(kept)
proves<Exact<typeof found, QueryableSessionStore<string, number>>>()
// @ts-expect-error: queries only read
found.put({ key: 'a', startMs: 0, endMs: 1 }, 1)
// @ts-expect-error: a store of numbers keeps no words
sessions.reduce((left, right) => left + right, { store: kept })
// @ts-expect-error: a key-value store has no sessions
streams.store(keyValueStore('kv', { key: Serdes.string, value: Serdes.long })).findSessions('a', 0, 1)
