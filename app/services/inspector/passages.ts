import type { Cause, ClockMs, Excerpt, Lane, Station } from '../../contracts/feed.ts'
import { RecentMap } from '../../feed/recent-map.ts'

/** A record that passed a station. */
export interface Passage {
  readonly lane: Lane
  readonly station: Station
  readonly topic: string | null
  readonly id: number
  readonly cause: Cause
  readonly seen: ClockMs
  /** Ms since its change passed the station before; null where that was not seen. */
  readonly ms: number | null
  /** Ms since its change was committed in SQL; null where that was not seen. */
  readonly sinceSqlMs: number | null
  readonly bytes: number
  /** Written only for those that are shown. */
  readonly excerpt: () => Excerpt
}

const causesKept = 10_000
const before: Readonly<Record<Station, Station | null>> = {
  sql: null,
  raw: 'sql',
  ingestion: 'raw',
  enriched: 'ingestion',
  document: 'enriched',
}

/** When each change passed each station, by its cause: how long it took from one to the next. The newest changes only. */
export class CauseTimes {
  readonly #seen = new RecentMap<string, Partial<Record<Station, ClockMs>>>(causesKept)

  /** Notes the first record of a change at a station, and says how long it took since the station before. */
  note(cause: Cause, station: Station, seen: ClockMs): number | null {
    if (cause === null) return null
    const times = this.#seen.get(cause) ?? this.#open(cause)
    times[station] ??= seen
    const previous = before[station]
    const start = previous === null ? undefined : times[previous]
    return start === undefined ? null : Math.max(0, seen - start)
  }

  /** How long after its change in SQL something is seen. */
  sinceSql(cause: Cause, seen: ClockMs): number | null {
    const sql = cause === null ? undefined : this.#seen.get(cause)?.sql
    return sql === undefined ? null : Math.max(0, seen - sql)
  }

  #open(cause: string): Partial<Record<Station, ClockMs>> {
    const times = {}
    this.#seen.add(cause, times)
    return times
  }
}
