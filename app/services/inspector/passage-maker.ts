import type { RawRecord, SchemaRegistry } from 'millrace'
import type { ClockMs, Excerpt } from '../../contracts/feed.ts'
import { causeOf } from '../../feed/topics/cause.ts'
import type { Flow } from '../../feed/topics/flows.ts'
import type { Passage } from './passages.ts'
import { CauseTimes } from './passages.ts'
import type { TextReader } from '../../feed/topics/text-reader.ts'
import { excerptMax } from '../../feed/topics/text-reader.ts'
import { keyText, schemaIdOf, sizeOf } from '../../feed/topics/topic-reader.ts'

/** Turns the records of the flows into passages. */
export class PassageMaker {
  readonly #flows: ReadonlyMap<string, Flow>
  readonly #readers: ReadonlyMap<string, TextReader>
  readonly #times = new CauseTimes()
  /** `epoch ms − originMs` is the clock's ms: the time of a change in SQL, and of its raw record, is by the machine's clock. */
  readonly #originMs: number

  constructor(flows: readonly Flow[], schemaRegistry: SchemaRegistry, originMs: number) {
    this.#flows = new Map(flows.map((flow) => [flow.topic, flow]))
    this.#readers = new Map(flows.map(({ topic, texts }) => [topic, texts(schemaRegistry)]))
    this.#originMs = originMs
  }

  has(topic: string): boolean {
    return this.#flows.has(topic)
  }

  /** The passages of one topic's records; those of raw records bring that of their change in SQL. */
  async make(topic: string, records: readonly RawRecord[], seen: ClockMs): Promise<Passage[]> {
    const flow = this.#flows.get(topic)!
    await this.#readers.get(topic)!.prepare(records)
    return records.flatMap((record) => this.#passages(flow, record, seen))
  }

  /** The document that an enriched record has become. */
  document(enriched: Passage, seen: ClockMs): Passage {
    const ms = Math.max(0, seen - enriched.seen)
    const excerpt = (): Excerpt => ({ ...enriched.excerpt(), p: null, o: null, schemaId: null, ms: round(ms) })
    const sinceSqlMs = enriched.sinceSqlMs === null ? null : enriched.sinceSqlMs + ms
    return { ...enriched, station: 'document', topic: null, seen, ms, sinceSqlMs, excerpt }
  }

  #passages(flow: Flow, record: RawRecord, seen: ClockMs): Passage[] {
    const said = saidOf(record, flow.station)
    if (flow.station !== 'raw') return [this.#passage(flow, flow.topic, said, seen)]
    const sql = this.#passage({ ...flow, station: 'sql' }, null, said, record.timestamp - this.#originMs)
    return [sql, this.#passage(flow, flow.topic, said, seen)]
  }

  #passage({ lane, station }: Flow, topic: string | null, said: Said, seen: ClockMs): Passage {
    const { cause, key, bytes, kept } = said
    const ms = this.#times.note(cause, station, seen)
    const [p, o, schemaId] = topic === null ? [null, null, null] : [kept.partition, kept.offset, schemaIdOf(kept)]
    const text = (): string | null => this.#readers.get(kept.topic)!.text(kept)
    const excerpt = (): Excerpt => ({ p, o, key, cause, bytes, schemaId, text: text(), ms: ms === null ? null : round(ms) })
    const sinceSqlMs = this.#times.sinceSql(cause, seen)
    return { lane: laneOf(cause, lane), station, topic, id: Number(key), cause, seen, ms, sinceSqlMs, bytes, excerpt }
  }
}

/** What a record says to all passages that it brings. */
interface Said {
  readonly cause: Passage['cause']
  readonly key: string | null
  readonly bytes: number
  readonly kept: RawRecord
}

function saidOf(record: RawRecord, station: Passage['station']): Said {
  return { cause: causeOf(record), key: keyText(record), bytes: sizeOf(record), kept: keep(record, station) }
}

/** What a change of a user re-emits downstream flies on the lane of users. */
function laneOf(cause: Passage['cause'], lane: Passage['lane']): Passage['lane'] {
  return lane === 'transfer' && cause?.includes('.users:') === true ? 'user' : lane
}

/**
 * The views of a fetch do not last. Of a large text only the beginning is ever shown. Node makes small buffers in shared memory: thousands of
 * these are kept, and memory of their own would cost each more than its bytes.
 */
function keep(record: RawRecord, station: Passage['station']): RawRecord {
  const { value } = record
  const kept = station === 'raw' ? value?.subarray(0, 4 * excerptMax) : value
  return { ...record, key: null, headers: [], value: kept === null || kept === undefined ? null : Buffer.from(kept) }
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100
}
