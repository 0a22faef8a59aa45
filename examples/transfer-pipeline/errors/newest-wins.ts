import { Serdes, keyValueStore } from 'millrace'
import type { KeyValueStore } from 'millrace'
import { placeText } from './letter-headers.ts'
import type { Place } from './letter-headers.ts'

/** What is known of a key of which a record was refused. */
interface Mark {
  /** Offset of the newest record of the key that was processed, in its topic; −1: none since the first was refused. */
  readonly applied: number
  /** The retry or replay that was processed there; null: the record itself was. */
  readonly by: string | null
  /** Ms since the epoch. */
  readonly at: number
}

/** Few keys are in it: those of which a record was refused within the time that dead letters are kept. */
export const marksStore = keyValueStore('refused-keys', { key: Serdes.string, value: Serdes.json<Mark>(), medium: 'memory' })

/** As long as dead letters are kept. */
export const marksKeptMs = 30 * 24 * 3_600_000

/** A record that comes again, and where it was refused first. */
export interface Again {
  readonly origin: Place
  readonly place: Place
}

/**
 * Keeps a record that comes again from undoing what came after it. Records of a key are in one partition, so that their offsets say
 * which is newer; the offset is that of the record that was refused first. Nothing is kept of keys of which no record was refused.
 */
export class NewestWins {
  readonly #marks: KeyValueStore<string, Mark>
  #isEmpty: boolean

  constructor(marks: KeyValueStore<string, Mark>) {
    this.#marks = marks
    this.#isEmpty = [...marks.all()].length === 0
  }

  /**
   * `stale`: something newer of the key was processed. `repeated`: another delivery of the same record was processed. The same delivery
   * may come again after a crash, and is processed again.
   */
  judge(key: string, { origin, place }: Again): 'new' | 'stale' | 'repeated' {
    const mark = this.#marks.get(key)
    if (mark === null || origin.offset > mark.applied) return 'new'
    if (origin.offset < mark.applied) return 'stale'
    return mark.by === placeText(place) ? 'new' : 'repeated'
  }

  /** A record of the key was refused: from now on it is known what is processed of the key. */
  refused(key: string, now: number): void {
    const mark = this.#marks.get(key)
    this.#marks.put(key, { applied: mark?.applied ?? -1, by: mark?.by ?? null, at: now })
    this.#isEmpty = false
  }

  /** A record of its topic was processed. */
  processed(key: () => string, offset: number, now: number): void {
    if (this.#isEmpty) return
    const name = key()
    const mark = this.#marks.get(name)
    if (mark !== null) this.#marks.put(name, { applied: offset, by: null, at: now })
  }

  /** A retry or replay was processed. */
  processedAgain(key: string, { origin, place }: Again, now: number): void {
    this.#marks.put(key, { applied: origin.offset, by: placeText(place), at: now })
    this.#isEmpty = false
  }

  /** Forgets keys of which nothing was refused for so long that no letter is left to replay. */
  expire(now: number): void {
    const old = [...this.#marks.all()].filter(({ value }) => value.at < now - marksKeptMs)
    for (const { key } of old) this.#marks.delete(key)
  }
}
