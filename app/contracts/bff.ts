/**
 * The routes that the page uses, on its own origin. Types only.
 *
 * Errors are `application/problem+json` ({@link Problem}), never 500. Unknown parameters, doubled parameters and broken escapes: 400.
 * A service that does not answer: 502, too slowly: 504; while the child is down: 503 with `Retry-After` in seconds. Only GET is retried
 * by the server; a page retries its writes itself, with the same `Idempotency-Key`.
 *
 * | route | body | answer |
 * | - | - | - |
 * | GET /api/state | | {@link State} of feed.ts |
 * | GET /api/feed?at&ledger | | server-sent events of feed.ts; `ledger`: the `to` of the proof that the client has |
 * | GET /api/users?page&size | | {@link Page} of {@link User} |
 * | POST /api/users | {@link NewUser} | 201 {@link User}, `Location`, `ETag` |
 * | GET /api/users/ID | | {@link User}, `ETag` |
 * | PATCH /api/users/ID | {@link NewUser} | {@link User}, `ETag`; with `If-Match` of an older version 412 |
 * | DELETE /api/users/ID | | 204 |
 * | GET /api/transfers?userId&status&from&to&minAmount&page&size&sort | | {@link Page} of {@link TransferRow}, from the read API |
 * | POST /api/transfers | {@link NewTransfer} | 201 {@link Transfer}, `Location`, `ETag`. `Idempotency-Key` is required |
 * | GET /api/transfers/ID | | {@link TransferRow}, from the read API |
 * | GET /api/transfers/ID/row | | {@link Transfer}, the row in SQL, `ETag` |
 * | PATCH /api/transfers/ID | {@link TransferChange} | {@link Transfer}, `ETag`; with `If-Match` of an older version 412 |
 * | DELETE /api/transfers/ID | | 204 |
 * | GET /api/generator | | {@link Generator} of feed.ts |
 * | PUT /api/generator | {@link GeneratorChange} | {@link Generator} |
 * | POST /api/kill | | 202 {@link Killed} |
 * | POST /api/wipe | | 202 {@link Wiped} |
 * | POST /api/enrichers | | 202 {@link AddedEnricher}: one more instance of the enricher, in a process of its own |
 * | POST /api/enrichers/kill | | 202 {@link Killed}: the newest of these gets SIGKILL; its tasks go to the others |
 * | POST /api/poison | {@link Poison} | 202 {@link PoisonedRecord}, {@link PoisonedRow} of kind `sql` |
 * | PUT /api/traces/ID | | {@link Trace} of feed.ts as far as it is known; the transfer is followed from now on |
 * | GET /api/health | | {@link Health} of operations.ts |
 *
 * `generator`, `kill`, `wipe`, `enrichers` (as `kill`) and `poison` are only there where `System.allows` says so, and only for requests whose `Host` is a loopback name and
 * whose `Origin`, if any, is this server. Their bodies are JSON (`content-type: application/json`), so that no foreign page can send them.
 */
import type { TransferRow, TransferStatus, UserRow } from './feed.ts'

/** RFC 9457. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  /** What, why, and what to do next. */
  readonly detail: string
  /** By field of the body or by parameter, where one is to blame. */
  readonly errors?: Readonly<Record<string, string>>
}

export interface Page<T> {
  readonly content: readonly T[]
  /** Pages count from 0; a size is 1 to 500, 20 by default. */
  readonly page: { readonly number: number; readonly size: number; readonly totalElements: number; readonly totalPages: number }
}

/** The row in SQL, which the feed has as it is. */
export type User = UserRow

export interface NewUser {
  /** 1 to 255 characters after trimming. */
  readonly name: string
}

/** The row in SQL: what the feed has of a transfer, without what the enricher adds. */
export type Transfer = Omit<TransferRow, 'fromUserName' | 'toUserName' | 'enrichment'>

export interface NewTransfer {
  readonly fromUserId: number
  readonly toUserId: number
  /** Above 0, at most two decimals. A text, or a number whose source text is such a decimal. */
  readonly amount: string
}

export interface TransferChange {
  readonly status?: TransferStatus
  /** Only while PENDING. */
  readonly amount?: string
}

export interface GeneratorChange {
  readonly running?: boolean
  /** Transfers a second, 0.1 to 2,000. */
  readonly rate?: number
}

/** The child gets SIGKILL at once; `system` events say the rest. */
export interface Killed {
  readonly pid: number
}

/** Its tasks, and the restores that they need, are told by `system` events. */
export interface AddedEnricher {
  readonly instance: string
  readonly pid: number
}

/** The enricher is stopped, its local state deleted, and it starts again: `system` events tell how it restores from the changelog. */
export interface Wiped {
  readonly application: string
}

/**
 * What no application can process. It comes back as a dead letter.
 *
 * | kind | what is broken | where |
 * | - | - | - |
 * | sql | a row with the amount `abc`, written past the API | SQL |
 * | amount, negative, self | an amount that is no decimal, or below 0; a transfer to oneself | raw topic |
 * | column | a row without its status | raw topic |
 * | empty, envelope, bytes | `{}`, `{"schema":{}}`, bytes that are no JSON | raw topic |
 * | schema | Avro of a schema that the registry does not know | topic of the ingestion |
 * | document | text where Avro should be | enriched topic, which the sink reads |
 */
export interface Poison {
  readonly kind: 'sql' | 'amount' | 'negative' | 'self' | 'column' | 'empty' | 'envelope' | 'bytes' | 'schema' | 'document'
}

/** Where a broken record is. */
export interface PoisonedRecord {
  readonly topic: string
  readonly p: number
  readonly o: number
}

/** Where a broken row is. */
export interface PoisonedRow {
  readonly table: 'transfers'
  readonly id: number
}
