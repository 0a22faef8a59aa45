/**
 * What `/api/feed` sends (server-sent events), and `/api/state` answers. Types only.
 *
 * A page reads `/api/state` once, then `/api/feed?at=VECTOR&ledger=N` with the vector and the ledger's end of that answer. Only
 * `batch` events carry an id; the browser sends it back as `Last-Event-ID`, which wins over `at`.
 */

/**
 * Where the reader goes on in each partition: `topicId:next0,next1;topicId:next0,…`, a topic's partitions in order. Topic ids and not
 * names, because offsets mean nothing on another cluster, or on a topic that was made anew. A page sends it back, and reads
 * one thing of it: the sum of its offsets grows by exactly what the ranges of a batch cover. Where it grows by more, a batch before is
 * missing, also if no partition of this batch tells.
 */
export type Vector = string

/** Ms on the monotonic clock of the inspector's one consumer, with fractions. Comparable only with others of the same `clock`. */
export type ClockMs = number

/** Ms since the epoch. */
export type EpochMs = number

/** `database.table:position`: the change in SQL that led to a record. It survives both foreign-key joins. Null if none is known. */
export type Cause = string | null

/** The events by name. A line of an SSE stream `event: NAME`, `data: JSON of the type`, and `id: VECTOR` where the event is a batch. */
export interface FeedEvents {
  readonly batch: Batch
  readonly hops: Hops
  readonly trace: Trace
  readonly system: System
  readonly proof: Proof
  readonly reset: Reset
  readonly overflow: Overflow
  readonly 'server.closing': ServerClosing
}
export type FeedEventName = keyof FeedEvents

/** One line of a recorded feed, as in `fixtures/feed.jsonl`. The first line is the state. */
export type RecordedEvent =
  | { readonly atMs: number; readonly event: 'state'; readonly data: State }
  | {
      [Name in FeedEventName]: {
        /** Ms since the recording began. */
        readonly atMs: number
        readonly event: Name
        /** Of batches only. */
        readonly id?: Vector
        readonly data: FeedEvents[Name]
      }
    }[FeedEventName]

/** Complete: every record of the feed's topics is in exactly one batch. At most 500 records, at most 50 ms after the first was seen. */
export interface Batch {
  /** The inspector's run. `seen` of two batches with different clocks cannot be compared. */
  readonly clock: string
  readonly ranges: readonly BatchRange[]
  /** In the order in which they were seen; in order of offsets within a partition. */
  readonly records: readonly FeedRecord[]
}

/** What a batch covers of one partition. `records in the batch + holes = to − from`. */
export interface BatchRange {
  /** Kafka's name. */
  readonly topic: string
  readonly p: number
  /** The first offset covered. Unless it equals the previous `to` of the partition, something is missing or came twice. */
  readonly from: number
  /** The offset after the last one covered. */
  readonly to: number
  /** Offsets within without a record: transaction markers, aborted records, records that compaction has removed. */
  readonly holes: number
}

interface RecordOf<Kind extends FeedKind, Value> {
  readonly kind: Kind
  /** Kafka's name. `topic`, `p` and `o` address the record: `&rec=TOPIC/P/OFFSET`. */
  readonly topic: string
  readonly p: number
  /** Offset. */
  readonly o: number
  readonly key: string | null
  /** Debezium's letter of the change in SQL: create, update, delete, read by a snapshot. Null where no change in SQL is the cause. */
  readonly op: 'c' | 'u' | 'd' | 'r' | null
  readonly cause: Cause
  /** The record's timestamp. A re-emitted row carries the user's time: hops cannot be computed from it. */
  readonly ts: EpochMs
  readonly seen: ClockMs
  /** Size of key and value as they are in the topic. */
  readonly bytes: number
  /** The registry's id of the value's schema; null where the value has none. */
  readonly schemaId: number | null
  /** Null is a tombstone: the row is gone. */
  readonly value: Value | null
}

export type FeedKind = 'transfer' | 'user' | 'balance' | 'alert' | 'dead-letter'

export type FeedRecord = TransferRecord | UserRecord | BalanceRecord | AlertRecord | DeadLetterRecord
/** Of the enriched topic. */
export interface TransferRecord extends RecordOf<'transfer', TransferRow> {
  /**
   * The users that the row had before, where it has others now or is deleted; null if there was no row. Missing where they are the same, or
   * where nobody knows, because the record before is compacted away.
   */
  readonly was?: readonly [fromUserId: number, toUserId: number] | null
}
export type UserRecord = RecordOf<'user', UserRow>
export type BalanceRecord = RecordOf<'balance', BalanceRow>
export type AlertRecord = RecordOf<'alert', AlertRow>
export type DeadLetterRecord = RecordOf<'dead-letter', DeadLetterRow>

export type TransferStatus = 'PENDING' | 'COMPLETED' | 'FAILED' | 'REVERSED'

export interface TransferRow {
  readonly id: number
  readonly fromUserId: number
  readonly toUserId: number
  /** Exact, two decimals: `"10.00"`. Never a JSON number. */
  readonly amount: string
  readonly status: TransferStatus
  /** ISO 8601 in UTC with ms. */
  readonly createdAt: string
  readonly lastUpdatedAt: string
  /** Null while the user is unknown. */
  readonly fromUserName: string | null
  readonly toUserName: string | null
  /** PARTIAL while a name is unknown. */
  readonly enrichment: 'COMPLETE' | 'PARTIAL'
}

export interface UserRow {
  readonly id: number
  readonly name: string
  /** ISO 8601 in UTC with ms. */
  readonly createdAt: string
  readonly lastUpdatedAt: string
}

export interface BalanceRow {
  readonly userId: number
  /** Exact, two decimals, with `-` below zero. */
  readonly balance: string
}

/** Told once of a burst: of a user and a rule no two alerts have a moment in common. */
export interface AlertRow {
  readonly alertId: string
  readonly userId: number
  readonly rule: 'VELOCITY' | 'AMOUNT'
  readonly windowStart: EpochMs
  readonly windowEnd: EpochMs
  readonly observed: string
  readonly threshold: string
  readonly transferIds: readonly number[]
}

/** A record that an application refused. */
export interface DeadLetterRow {
  /** Where the refused record is. */
  readonly source: { readonly topic: string; readonly p: number; readonly o: number }
  /** Class of the error, and what it said. */
  readonly error: string
  readonly reason: string
  /** The original bytes as UTF-8 text, cut after 2,000 characters; what is no text has U+FFFD in it. */
  readonly key: string | null
  readonly excerpt: string | null
  /** Size of the original value. */
  readonly bytes: number
}

/** The stations of a record from SQL to the read API, left to right. The page itself is the last card, and measures itself. */
export type Station = 'sql' | 'raw' | 'ingestion' | 'enriched' | 'document'

/** Which way a record flies: transfers to the page, users into the enricher, settlement back to SQL. */
export type Lane = 'transfer' | 'user' | 'settlement'

/** Ten times a second, also when nothing moved (then counts are 0). */
export interface Hops {
  readonly clock: string
  /** The interval that the counts are of: `(from, to]`. */
  readonly from: ClockMs
  readonly to: ClockMs
  readonly hops: readonly Hop[]
}

/** What one station saw of one lane within the interval. */
export interface Hop {
  readonly station: Station
  readonly lane: Lane
  /** Kafka's name; null at `sql` and `document`, which are no topics. */
  readonly topic: string | null
  readonly count: number
  /** Sum of keys and values of those records. */
  readonly bytes: number
  /** Records before the station that the next application has not committed yet: the end of the topic minus its group's offsets. */
  readonly backlog: number
  /** Ms from the station before to this one, of the records of the last second; null where none had both ends seen. */
  readonly p50: number | null
  readonly p95: number | null
  /** The newest record of the interval; null where there was none. */
  readonly newest: Excerpt | null
}

/** A real record, never made up. */
export interface Excerpt {
  readonly p: number | null
  readonly o: number | null
  readonly key: string | null
  readonly cause: Cause
  /** Size of key and value in the topic. */
  readonly bytes: number
  readonly schemaId: number | null
  /** The first 400 characters of the value: JSON as it is in the topic, Avro decoded and written as JSON. Null is a tombstone. */
  readonly text: string | null
  /** Ms since the record left the station before; null where that was not seen. */
  readonly ms: number | null
}

/**
 * The way of one transfer or user that is followed: ids with `id % 2^k = 0`, with k so that at most 20 a second; and always one's own
 * (made through `POST /api/transfers`) and the selected one (`PUT /api/traces/ID`). Sent again as it grows.
 */
export interface Trace {
  readonly clock: string
  readonly lane: Lane
  readonly id: number
  readonly cause: Cause
  /** Ids with `id % 2^k = 0` are sampled now. */
  readonly k: number
  readonly why: 'sampled' | 'own' | 'selected'
  readonly hops: readonly TraceHop[]
}

export interface TraceHop extends Excerpt {
  readonly station: Station
  readonly topic: string | null
  readonly seen: ClockMs
}

/** Whether the pipeline runs. The states `offline` and `panel-failed` of a page are its own: no server says them. */
export type Phase = 'starting' | 'running' | 'paused' | 'killed' | 'restoring' | 'recovered'

/** On each change, and first on each connection. */
export interface System {
  /** The instant of this event by the server's clock; `at − since` is how long the phase lasts. */
  readonly at: EpochMs
  readonly phase: Phase
  readonly since: EpochMs
  /** Null before the first kill. */
  readonly outage: Outage | null
  /** The supervisor, which serves this feed. */
  readonly pid: number
  /** The child with the applications; null while there is none. */
  readonly childPid: number | null
  readonly parts: readonly Part[]
  /** Null unless stores are being restored. */
  readonly restore: { readonly done: number; readonly total: number } | null
  readonly owners: readonly Owner[]
  readonly guarantee: 'at_least_once' | 'exactly_once_v2'
  readonly cluster: 'embedded' | 'kafka'
  readonly generator: Generator
  /** Writes without an answer yet in the supervisor's outbox, with their keys. A page adds those of its own. */
  readonly waiting: number
  /** What this server allows here. What is not allowed has no route: leave its control out. */
  readonly allows: {
    readonly kill: boolean
    readonly poison: boolean
    readonly generator: boolean
    readonly wipe: boolean
    /** Dead letters may be discarded. */
    readonly discard: boolean
  }
}

/** The last kill of the child. */
export interface Outage {
  readonly deadPid: number
  /** Null until the child is back. */
  readonly newPid: number | null
  readonly signal: string
  readonly at: EpochMs
  /** When it answered again; null while it does not. */
  readonly backAt: EpochMs | null
  /** When stores were restored and no write waited any more; null before. */
  readonly recoveredAt: EpochMs | null
  /** Writes that waited in the supervisor when the child came back, and were then sent once. */
  readonly waited: number
  /** Kills since the supervisor began. */
  readonly count: number
}

export interface Part {
  /** `broker`, `topics`, `registry`, `users-write`, an application id, … */
  readonly name: string
  readonly kind: 'broker' | 'service' | 'application'
  readonly state: 'starting' | 'restoring' | 'running' | 'failed' | 'stopped'
  /** How long its start took; null until it runs. */
  readonly ms: number | null
  /** Why it failed, as a sentence. */
  readonly reason: string | null
}

/** Who runs a task. */
export interface Owner {
  readonly application: string
  readonly task: string
  readonly instance: string
}

export interface Generator {
  readonly running: boolean
  /** Transfers a second that it aims at. */
  readonly rate: number
  /** Acknowledged by SQL since the supervisor began. */
  readonly sent: number
}

/**
 * Once a second: what the servers acknowledged. `entries` number from `from` to `to − 1`; after a reconnection some may come again: skip
 * those below the `to` that you have.
 */
export interface Proof {
  readonly from: number
  /** All acknowledgements so far. */
  readonly to: number
  readonly entries: readonly LedgerEntry[]
  readonly sql: SqlCount | null
  /** Ms of the time since the ledger began in which the child was down. The clock of "missing" stands still meanwhile. */
  readonly downMs: number
}

/** A 201: the idempotency key, the transfer's id, and when it was acknowledged. */
export type LedgerEntry = readonly [key: string, id: number, at: EpochMs]

/** What SQL holds, asked at `at`; kept from before while the services are down. */
export interface SqlCount {
  readonly at: EpochMs
  readonly transfers: number
  readonly users: number
  /** Users whose balance in SQL (opening, and what COMPLETED transfers say) is not the balance of the topic; null where not compared. */
  readonly balancesApart: number | null
  /** Keys that stand for more than one row: 0, or something is wrong. */
  readonly doubledKeys: number
}

/**
 * Read `/api/state` again. The stream ends. `other-topics`: the vector is of other topics. `expired`: what it asks for is no longer kept.
 * `started`: there was nothing but `system` events so far, because the pipeline was starting; now there is a feed. Nothing to tell anybody.
 */
export interface Reset {
  readonly reason: 'other-topics' | 'expired' | 'started'
  readonly detail: string
}

/** The client read too slowly: 8 MiB or 10 s waited for it. The stream ends; resume with the last id. */
export interface Overflow {
  readonly bytes: number
  readonly ms: number
}

/** The server stops. The stream ends. */
export interface ServerClosing {
  readonly detail: string
}

/**
 * `GET /api/state`: rows and vector of one instant. While the child is down it is the last instant before. Before its first start there are no
 * rows, and the vector is `''`: connect without `at`, and read the state again at the `reset` of reason `started`.
 */
export interface State {
  readonly vector: Vector
  /** The vector's offsets by Kafka's names: without them a page could not tell that the first batch after the state is missing. */
  readonly positions: Readonly<Record<string, readonly number[]>>
  readonly at: EpochMs
  /** The newest 5,000 by last change, newest first. */
  readonly transfers: readonly TransferRecord[]
  /** Transfers that are in the topic, also those not among the rows above. */
  readonly transferCount: number
  /** Their ids, as ranges with both ends included: a page knows from them what has been seen. */
  readonly transferIds: readonly (readonly [first: number, last: number])[]
  readonly users: readonly UserRecord[]
  readonly balances: readonly BalanceRecord[]
  /** The newest 200, newest first. */
  readonly deadLetters: readonly DeadLetterRecord[]
  readonly system: System
  /** The ledger so far: connect with `ledger=` its `to`. It has all entries, up to the newest 100,000. */
  readonly proof: Proof
}
