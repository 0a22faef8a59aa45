/**
 * What the page and the command line know of dead letters. Types only.
 *
 * | route | body | answer |
 * | - | - | - |
 * | GET /api/dlq/letters?topic&class&state&text&page&size | | {@link LetterPage}, newest first |
 * | GET /api/dlq/letters/TOPIC/P/OFFSET?awaitMs | | {@link LetterDetail}; with `awaitMs` it waits as long for what comes of a replay |
 * | POST /api/dlq/letters/TOPIC/P/OFFSET/replay | {@link ReplayOrder} | 202 {@link LetterDetail} |
 * | POST /api/dlq/letters/TOPIC/P/OFFSET/discard | `{}` | {@link LetterDetail}. Only where `System.allows.discard` |
 */
import type { EpochMs } from './feed.ts'
import type { Page } from './bff.ts'

/** A place in Kafka. */
export interface LetterAddress {
  readonly topic: string
  readonly p: number
  readonly o: number
}

/** The classes of docs and counters. */
export type LetterClass = 'invalid-schema' | 'schema-not-found' | 'invalid-data' | 'user-code' | 'production' | 'sink'

/**
 * `open`: nobody has done anything. `replayed`: on its way again. `processed`, `refused`, `stale`, `repeated`: what came of that; `refused` has
 * a new letter of its own, `stale` was dropped because something newer of the key was processed. `discarded`: it left the list.
 */
export type LetterState = 'open' | 'replayed' | 'processed' | 'refused' | 'stale' | 'repeated' | 'discarded'

/** What mends it. */
export type Remedy =
  /** It is sent again, as it is or edited, by a topic beside its own: older ones do not undo newer ones. */
  | 'replay'
  /** It is sent again to its own topic, as long as nothing newer of its key is there. */
  | 'send-to-topic'
  /** The row is wrong in SQL: whoever mends it there has it captured again. */
  | 'sql'
  /** It is of an internal topic, or of none. */
  | 'none'

export interface Letter {
  /** Where the letter is. */
  readonly at: LetterAddress
  /** The record that was refused; null where nobody knows. */
  readonly source: LetterAddress | null
  /** The application or service that refused it. */
  readonly refusedBy: string
  readonly refusedAt: EpochMs
  readonly class: LetterClass
  /** Code or class of the error, and what it said. */
  readonly error: string
  readonly reason: string
  /** The key as text; null if it has none. */
  readonly key: string | null
  /** Size of the original value; null is a tombstone. */
  readonly bytes: number | null
  /** How often it was tried. */
  readonly attempts: number
  readonly remedy: Remedy
  readonly state: LetterState
  /** Where it was sent again. */
  readonly replay: LetterAddress | null
  /** From the decision to what came of it. */
  readonly tookMs: number | null
}

export interface LetterDetail extends Letter {
  /** The original bytes, unchanged. The text is null where they are no UTF-8. */
  readonly value: { readonly hex: string; readonly text: string | null } | null
  readonly keyBytes: { readonly hex: string; readonly text: string | null } | null
  /** JSON that is laid out, or Avro that is decoded; null where the bytes are neither. */
  readonly decoded: string | null
  readonly headers: readonly { readonly name: string; readonly text: string }[]
  readonly stacktrace: string | null
}

export interface LetterPage extends Page<Letter> {
  readonly counts: { readonly open: number; readonly all: number }
}

/** Without a value the letter is sent as it is. */
export interface ReplayOrder {
  readonly value?: { readonly text: string } | { readonly hex: string }
}

export interface LetterQuery {
  readonly topic?: string
  readonly class?: LetterClass
  /** Default `open`: those that nobody has done anything about, or that are on their way. */
  readonly state?: LetterState | 'any'
  /** Part of the key or of the reason. */
  readonly text?: string
  readonly page?: number
  readonly size?: number
}
