import type {
  BalanceRecord,
  Batch,
  DeadLetterRecord,
  FeedEventName,
  FeedEvents,
  FeedRecord,
  Hop,
  LedgerEntry,
  State,
  Station,
  System,
  Trace,
  TransferRecord,
  TransferRow,
  TransferStatus,
  UserRecord,
} from '../../../app/contracts/feed.ts'
import { advance, formatVector, startOf } from '../../../app/feed/vector.ts'
import type { FeedTopic, Positions } from '../../../app/feed/vector.ts'
import { scaled } from '../../../app/web/page/words/numbers.ts'

const topics = {
  users: 'ingestion.bank.users',
  transfers: 'custom.bank.transfer-enriched',
  balances: 'custom.bank.balances',
  deadLetters: 'raw.bank.transfers.dlq',
} as const
type TopicName = (typeof topics)[keyof typeof topics]

const partitions: Readonly<Record<TopicName, number>> = {
  [topics.users]: 4,
  [topics.transfers]: 6,
  [topics.balances]: 6,
  [topics.deadLetters]: 3,
}

/** One event as it goes out; a batch has the id after it. */
export interface Sent<Name extends FeedEventName = FeedEventName> {
  readonly name: Name
  readonly data: FeedEvents[Name]
  readonly id?: string
}

const stations: readonly Station[] = ['sql', 'raw', 'ingestion', 'enriched', 'document']
const sizes: Readonly<Record<Station, number>> = { sql: 120, raw: 4_312, ingestion: 46, enriched: 58, document: 230 }
const tookMs: Readonly<Record<Station, number>> = { sql: 0, raw: 14.5, ingestion: 9.25, enriched: 12.5, document: 21 }

/**
 * A pipeline of the imagination: users, transfers, balances and the events that a server would make of them. Nothing in it is real but
 * the contract. What it says depends on what it was told and on `now`, on nothing else.
 */
export class FakePipeline {
  readonly #now: () => number
  readonly #startedAt: number
  readonly #next = new Map<TopicName, number[]>()
  readonly #rows = new Map<number, TransferRecord>()
  readonly #users = new Map<number, UserRecord>()
  readonly #cents = new Map<number, number>()
  readonly #balances = new Map<number, BalanceRecord>()
  readonly #deadLetters: DeadLetterRecord[] = []
  readonly #ledger: LedgerEntry[] = []
  readonly #byKey = new Map<string, number>()
  /** All batches ever. */
  readonly batches: Batch[] = []
  /** The vector before the first batch, and after each. */
  readonly #vectors: string[] = []
  readonly #topics: readonly FeedTopic[]
  /** Of what was flushed. */
  #sent: Positions
  /** A join with a fault: each rename sends one row more, which lacks the user. */
  emitsOneMore = false
  #records: FeedRecord[] = []
  #counts = new Map<Station, number>()
  #newest: TransferRecord | null = null
  #position = 0
  system: System

  constructor({ now, epoch = 'fake' }: { readonly now: () => number; readonly epoch?: string }) {
    this.#now = now
    this.#startedAt = now()
    for (const [topic, count] of Object.entries(partitions)) this.#next.set(topic as TopicName, Array<number>(count).fill(0))
    this.#topics = Object.entries(partitions).map(([name, count], index) => ({
      name,
      id: `${epoch}-${index}`,
      partitions: count,
    }))
    this.#sent = startOf(this.#topics)
    this.#vectors.push(this.#vector())
    this.system = running(now())
  }

  get transferIds(): number[] {
    return [...this.#rows.keys()]
  }

  /** Ids that were acknowledged. */
  get acknowledged(): number[] {
    return this.#ledger.map(([, id]) => id)
  }

  row(id: number): TransferRow | null {
    return this.#rows.get(id)?.value ?? null
  }

  user(id: number): UserRecord['value'] {
    return this.#users.get(id)?.value ?? null
  }

  addUser(name: string): number {
    const id = this.#users.size + 1
    this.#putUser(id, name, 'c')
    this.#post(id, 0)
    return id
  }

  /** Renames, and sends the transfers of the user again. */
  rename(id: number, name: string): void {
    const cause = this.#putUser(id, name, 'u')
    const rows = [...this.#rows.values()].flatMap(({ value }) => value ?? [])
    const isOf = ({ fromUserId, toUserId }: TransferRow): boolean => fromUserId === id || toUserId === id
    const others = this.emitsOneMore ? rows.filter((row) => !isOf(row)).slice(0, 1) : []
    for (const row of [...rows.filter(isOf), ...others]) this.#putTransfer(row, cause, 'u')
  }

  /** Acknowledged, and on the page with the next batch. The same key is the same transfer. */
  transfer(fromUserId: number, toUserId: number, amount: string, key = `g-${this.#ledger.length}`): TransferRow {
    const known = this.#byKey.get(key)
    if (known !== undefined) return this.row(known)!
    const id = this.#ledger.length + 1
    const at = new Date(this.#now()).toISOString()
    const row = { id, fromUserId, toUserId, amount, status: 'PENDING', createdAt: at, lastUpdatedAt: at } as const
    this.#byKey.set(key, id)
    this.#ledger.push([key, id, this.#now()])
    this.#putTransfer({ ...row, ...this.#namesOf(row) }, this.#cause('transfers'), 'c')
    return this.row(id)!
  }

  settle(id: number, status: TransferStatus = 'COMPLETED'): void {
    const row = this.row(id)
    if (row === null) return
    this.#putTransfer({ ...row, status, lastUpdatedAt: new Date(this.#now()).toISOString() }, this.#cause('transfers'), 'u')
    if (status !== 'COMPLETED') return
    this.#post(row.fromUserId, -Number(row.amount))
    this.#post(row.toUserId, Number(row.amount))
  }

  refuse(reason: string): void {
    const source = { topic: 'raw.bank.transfers', p: 3, o: 12_407 }
    const value = { source, error: 'InvalidDataError', reason, key: '{"id":9}', excerpt: '{"amount":"abc"}', bytes: 612 }
    const record = { ...this.#record(topics.deadLetters, null, null, null, 640), kind: 'dead-letter', value } as DeadLetterRecord
    this.#deadLetters.unshift(record)
    this.#records.push(record)
  }

  /** What has happened since the last batch, as one. */
  flush(): Sent<'batch'>[] {
    const sent: Sent<'batch'>[] = []
    for (; this.#records.length > 0; this.#records = this.#records.slice(500)) sent.push(this.#batch(this.#records.slice(0, 500)))
    return sent
  }

  /** From the batch after this vector on; null if it is none of this pipeline. */
  since(vector: string): Sent<'batch'>[] | null {
    const at = this.#vectors.indexOf(vector)
    if (at === -1) return null
    return this.batches.slice(at).map((data, index) => ({ name: 'batch', data, id: this.#vectors[at + index + 1]! }))
  }

  hops(): Sent<'hops'> {
    const to = this.#now() - this.#startedAt
    const hops = stations.map((station): Hop => {
      const count = this.#counts.get(station) ?? 0
      return {
        station,
        lane: 'transfer',
        topic: topicOf(station),
        count,
        bytes: count * sizes[station],
        backlog: this.system.phase === 'restoring' && station === 'enriched' ? 17 : 0,
        p50: tookMs[station],
        p95: tookMs[station] * 2,
        newest: count === 0 || this.#newest === null ? null : excerptOf(station, this.#newest),
      }
    })
    this.#counts = new Map()
    return { name: 'hops', data: { clock: 'fake', from: to - 100, to, hops } }
  }

  trace(id: number, why: Trace['why'] = 'sampled'): Sent<'trace'> | null {
    const record = this.#rows.get(id)
    if (record === undefined) return null
    let seen = this.#now() - this.#startedAt
    const hops = stations.map((station) => {
      seen += tookMs[station]
      return { ...excerptOf(station, record), station, topic: topicOf(station), seen }
    })
    return { name: 'trace', data: { clock: 'fake', lane: 'transfer', id, cause: record.cause, k: 2, why, hops } }
  }

  proof(from: number): Sent<'proof'> {
    const sql = { at: this.#now(), transfers: this.#ledger.length, users: this.#users.size, doubledKeys: 0, balancesApart: 0 }
    return { name: 'proof', data: { from, to: this.#ledger.length, entries: this.#ledger.slice(from), sql, downMs: 0 } }
  }

  /** Of what was flushed: what is not would be in the rows, and come again. */
  state(): State {
    const ids = this.transferIds
    return {
      vector: this.#vector(),
      positions: Object.fromEntries(this.#sent),
      at: this.#now(),
      transfers: [...this.#rows.values()].toReversed().slice(0, 5_000),
      transferCount: ids.length,
      transferIds: ids.length === 0 ? [] : [[1, ids.length]],
      users: [...this.#users.values()],
      balances: [...this.#balances.values()],
      deadLetters: this.#deadLetters,
      system: this.system,
      proof: this.proof(0).data,
    }
  }

  setSystem(change: Partial<System>): Sent<'system'> {
    this.system = { ...this.system, ...change, at: this.#now() }
    return { name: 'system', data: this.system }
  }

  #batch(records: FeedRecord[]): Sent<'batch'> {
    const ranges = Object.values(Object.groupBy(records, ({ topic, p }) => `${topic}/${p}`) as Record<string, FeedRecord[]>).map(
      (group) => ({ topic: group[0]!.topic, p: group[0]!.p, from: group[0]!.o, to: group.at(-1)!.o + 1, holes: 0 }),
    )
    this.#sent = advance(this.#sent, { ranges })
    const data = { clock: 'fake', ranges, records }
    this.batches.push(data)
    const id = this.#vector()
    this.#vectors.push(id)
    return { name: 'batch', data, id }
  }

  #vector(): string {
    return formatVector(this.#topics, this.#sent)
  }

  #cause(table: string): string {
    return `bank.${table}:${++this.#position}`
  }

  #record(
    topic: TopicName,
    id: number | null,
    cause: string | null,
    op: 'c' | 'u' | null,
    bytes: number,
  ): Omit<FeedRecord, 'kind' | 'value'> {
    const next = this.#next.get(topic)!
    const p = (id ?? 0) % next.length
    const o = next[p]!++
    const seen = this.#now() - this.#startedAt
    return { topic, p, o, key: id === null ? null : String(id), op, cause, ts: this.#now(), seen, bytes, schemaId: 3 }
  }

  #putUser(id: number, name: string, op: 'c' | 'u'): string {
    const cause = this.#cause('users')
    const at = new Date(this.#now()).toISOString()
    const value = { id, name, createdAt: this.user(id)?.createdAt ?? at, lastUpdatedAt: at }
    const record = { ...this.#record(topics.users, id, cause, op, 31), kind: 'user', value } as UserRecord
    this.#users.set(id, record)
    this.#records.push(record)
    return cause
  }

  #putTransfer(row: TransferRow, cause: string, op: 'c' | 'u'): void {
    const value = { ...row, ...this.#namesOf(row) }
    const record = { ...this.#record(topics.transfers, row.id, cause, op, 58), kind: 'transfer', value } as TransferRecord
    this.#rows.set(row.id, record)
    this.#newest = record
    this.#records.push(record)
    for (const station of stations) this.#counts.set(station, (this.#counts.get(station) ?? 0) + 1)
  }

  #namesOf({
    fromUserId,
    toUserId,
  }: {
    fromUserId: number
    toUserId: number
  }): Pick<TransferRow, 'fromUserName' | 'toUserName' | 'enrichment'> {
    const fromUserName = this.user(fromUserId)?.name ?? null
    const toUserName = this.user(toUserId)?.name ?? null
    return { fromUserName, toUserName, enrichment: fromUserName === null || toUserName === null ? 'PARTIAL' : 'COMPLETE' }
  }

  #post(userId: number, amount: number): void {
    const cents = (this.#cents.get(userId) ?? 0) + Math.round(amount * 100)
    this.#cents.set(userId, cents)
    const record = {
      ...this.#record(topics.balances, userId, null, null, 24),
      kind: 'balance',
      value: { userId, balance: scaled(BigInt(cents)) },
    } as BalanceRecord
    this.#balances.set(userId, record)
    this.#records.push(record)
  }
}

function topicOf(station: Station): string | null {
  if (station === 'raw') return 'raw.bank.transfers'
  if (station === 'ingestion') return 'ingestion.bank.transfers'
  return station === 'enriched' ? topics.transfers : null
}

function excerptOf(station: Station, { p, o, key, cause, value }: TransferRecord): Hop['newest'] & object {
  const isTopic = topicOf(station) !== null
  const { id, fromUserId, toUserId, amount, status } = value!
  const plain = { id, from_user_id: fromUserId, to_user_id: toUserId, amount, status }
  const text =
    station === 'raw' ? { schema: { type: 'struct', name: 'raw.bank.transfers.Envelope' }, payload: { after: plain } } : plain
  return {
    p: isTopic ? p : null,
    o: isTopic ? o : null,
    key,
    cause,
    bytes: sizes[station],
    schemaId: station === 'ingestion' || station === 'enriched' ? 3 : null,
    text: JSON.stringify(station === 'enriched' || station === 'document' ? value : text),
    ms: station === 'sql' ? null : tookMs[station],
  }
}

const applications = ['ingestion-users', 'ingestion-transfers', 'transfer-enricher', 'transfer-settlement', 'transfer-balances']

function running(at: number): System {
  const part = { state: 'running', reason: null } as const
  return {
    at,
    phase: 'running',
    since: at,
    outage: null,
    pid: 4_700,
    childPid: 4_711,
    parts: [
      { ...part, name: 'broker', kind: 'broker', ms: 812 },
      ...applications.map((name, index) => ({ ...part, name, kind: 'application', ms: 350 + 40 * index }) as const),
    ],
    restore: null,
    owners: [],
    guarantee: 'exactly_once_v2',
    cluster: 'embedded',
    generator: { running: true, rate: 10, sent: 0 },
    waiting: 0,
    allows: { kill: true, poison: true, generator: true, wipe: true, discard: true },
  }
}
