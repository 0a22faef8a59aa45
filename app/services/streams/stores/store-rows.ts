import type { KafkaStreams } from 'millrace'
import { Problem } from '../../../platform/http/problem.ts'

/** A row as the library has it. */
export interface FoundRow {
  readonly key: unknown
  readonly value: unknown
  readonly startMs: number | null
  readonly endMs: number | null
}

/** What is asked of a store; keys are as its serde takes them. */
export interface Question {
  /** Undefined: no bound. */
  readonly key: unknown
  /** Undefined: `key` alone. */
  readonly to: unknown
  readonly fromMs: number
  readonly untilMs: number
}

/** Where rows are looked for. */
export interface Place {
  readonly streams: KafkaStreams
  readonly store: string
  /** Undefined: a global store, which each process has whole. */
  readonly partition: number | undefined
  /** Of a store of windows: how long one is. */
  readonly windowSizeMs: number | undefined
}

type Rows = (place: Place, question: Question) => AsyncIterable<FoundRow>

/** Kinds of stores that can be asked. Those that are missing are the operators' own. */
export const askable: ReadonlyMap<string, Rows> = new Map<string, Rows>([
  ['key-value', keyValueRows],
  ['window', windowRows],
  ['session', sessionRows],
  ['versioned', versionedRows],
])

async function* keyValueRows({ streams, store, partition }: Place, { key, to }: Question): AsyncGenerator<FoundRow> {
  const rows = streams.store<unknown, unknown>(store, 'key-value', { partition })
  if (key === undefined || to !== undefined) {
    for await (const row of rows.range(key ?? null, to ?? null)) yield { ...row, startMs: null, endMs: null }
    return
  }
  const value = await rows.get(key)
  if (value !== null) yield { key, value, startMs: null, endMs: null }
}

async function* windowRows(place: Place, { key, to, fromMs, untilMs }: Question): AsyncGenerator<FoundRow> {
  const { streams, store, partition, windowSizeMs = Infinity } = place
  const rows = streams.store<unknown, unknown>(store, 'window', { partition })
  if (key !== undefined && to === undefined)
    for await (const { startMs, value } of rows.fetch(key, fromMs, untilMs))
      yield { key, value, startMs, endMs: timeOf(startMs + windowSizeMs) }
  else
    for await (const { key: at, value } of rows.fetchRange(key ?? null, to ?? null, fromMs, untilMs))
      yield { key: at.key, value, startMs: at.startMs, endMs: timeOf(at.endMs) }
}

async function* sessionRows(
  { streams, store, partition }: Place,
  { key, to, fromMs, untilMs }: Question,
): AsyncGenerator<FoundRow> {
  const rows = streams.store<unknown, unknown>(store, 'session', { partition })
  const found = key !== undefined && to === undefined ? rows.fetch(key) : rows.fetchRange(key ?? null, to ?? null)
  for await (const { key: at, value } of found) if (at.startMs >= fromMs && at.startMs <= untilMs) yield { ...at, value }
}

async function* versionedRows({ streams, store, partition }: Place, { key, to }: Question): AsyncGenerator<FoundRow> {
  if (key === undefined || to !== undefined) throw new Problem(400, 'A store of versions is asked for one key: type it.')
  const rows = streams.store<unknown, unknown>(store, 'versioned', { partition })
  for await (const { value, timestamp, validTo } of rows.history(key))
    yield { key, value, startMs: timestamp, endMs: timeOf(validTo) }
}

/** Null: it has no end. */
const timeOf = (ms: number): number | null => (Number.isFinite(ms) ? ms : null)
