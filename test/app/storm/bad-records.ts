import { join } from 'node:path'
import { kafka, openProducer } from '../../../lib/index.ts'
import type { TopicProducer } from '../../../lib/index.ts'
import { BankDatabase } from '../../../app/adapters/sqlite/bank-database.ts'
import type { LetterAddress, LetterClass } from '../../../app/contracts/dead-letters.ts'
import { brokenRecord } from '../../../app/services/inspector/poison.ts'
import { bytesOf, transfers } from '../../../examples/transfer-pipeline/topics.ts'
import { newerBytes } from './other-registry.ts'

/** Ten ways in which a record is bad. */
const kinds = [
  'sql-amount',
  'sql-negative',
  'sql-self',
  'column',
  'empty',
  'envelope',
  'bytes',
  'document',
  'schema',
  'too-large',
] as const
export type Kind = (typeof kinds)[number]

/** Where a kind ends, and what is done about it. */
interface Fate {
  readonly refusedBy: string
  readonly class: LetterClass
  readonly mend: 'in SQL' | 'discard' | 'register and replay' | 'enlarge and replay'
}

const ingestion = 'ingestion-transfers'
const foreign = { refusedBy: ingestion, class: 'invalid-schema', mend: 'discard' } as const

export const fates: Readonly<Record<Kind, Fate>> = {
  'sql-amount': { refusedBy: 'capture', class: 'invalid-data', mend: 'in SQL' },
  'sql-negative': { refusedBy: ingestion, class: 'invalid-data', mend: 'in SQL' },
  'sql-self': { refusedBy: ingestion, class: 'invalid-data', mend: 'in SQL' },
  column: foreign,
  empty: foreign,
  envelope: foreign,
  bytes: foreign,
  document: { refusedBy: 'sink', class: 'invalid-schema', mend: 'discard' },
  schema: { refusedBy: 'transfer-enricher', class: 'schema-not-found', mend: 'register and replay' },
  'too-large': { refusedBy: 'sink', class: 'sink', mend: 'enlarge and replay' },
}

/** A record that was made bad. */
export interface BadRecord {
  readonly kind: Kind
  /** The id of its transfer. */
  readonly id: number
  /** Where it was written past SQL, and its bytes. */
  readonly sent: { readonly at: LetterAddress; readonly value: Uint8Array } | null
}

export interface StormUsers {
  readonly from: number
  readonly to: number
  /** One whose name makes documents larger than the store takes. */
  readonly wordy: number
}

type NewerBytes = Awaited<ReturnType<typeof newerBytes>>

/** Beyond the ids of SQL. */
const foreignIds = 1_000_000_000

/** Writes bad records, in SQL and past it. */
export class BadRecords implements AsyncDisposable {
  readonly made: BadRecord[] = []
  readonly #users: StormUsers
  readonly #database: BankDatabase
  readonly #producer: TopicProducer
  readonly #newer: NewerBytes
  readonly #underway = new Set<Promise<void>>()
  #count = 0

  private constructor(users: StormUsers, database: BankDatabase, producer: TopicProducer, newer: NewerBytes) {
    this.#users = users
    this.#database = database
    this.#producer = producer
    this.#newer = newer
  }

  /** `schemaId` is one that the registry does not know yet. */
  static async open(dir: string, bootstrapServers: string, users: StormUsers, schemaId: number): Promise<BadRecords> {
    const database = new BankDatabase(join(dir, 'transfers.db'), 'transfers')
    const producer = await openProducer(kafka({ bootstrapServers }), { clientId: 'storm' })
    return new BadRecords(users, database, producer, await newerBytes(schemaId))
  }

  /** Begins to write one more, of the next kind: a broker that is down is waited for. */
  begin(): void {
    const writing = this.#write(this.#count++).finally(() => this.#underway.delete(writing))
    this.#underway.add(writing)
  }

  /** Resolves when all that were begun are written. */
  async written(): Promise<void> {
    await Promise.all(this.#underway)
  }

  /** Mends the rows of SQL, as somebody at a prompt would. */
  mendSql(): void {
    const ids = (kind: Kind): readonly number[] => this.made.filter((bad) => bad.kind === kind).map(({ id }) => id)
    for (const id of [...ids('sql-amount'), ...ids('sql-negative')])
      this.#database.run(`update transfers set amount = '7.50' where id = ?`, id)
    for (const id of ids('sql-self')) this.#database.run('update transfers set to_user_id = ? where id = ?', this.#users.to, id)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#producer.close()
    this.#database.close()
  }

  async #write(number: number): Promise<void> {
    const kind = kinds[number % kinds.length]!
    const { from, to, wordy } = this.#users
    if (kind === 'sql-amount') this.#row(kind, [from, to, 'abc', 'PENDING'])
    else if (kind === 'sql-negative') this.#row(kind, [from, to, '-5.00', 'PENDING'])
    else if (kind === 'sql-self') this.#row(kind, [from, from, '5.00', 'PENDING'])
    else if (kind === 'too-large') this.#row(kind, [wordy, to, '5.00', 'COMPLETED'])
    else if (kind === 'schema') await this.#uncaptured(kind)
    else await this.#foreign(kind, foreignIds + number)
  }

  #row(kind: Kind, values: readonly [from: number, to: number, amount: string, status: string]): void {
    this.made.push({ kind, id: this.#insert(values), sent: null })
  }

  #insert(values: readonly [from: number, to: number, amount: string, status: string]): number {
    const now = new Date().toISOString()
    const insert = `insert into transfers (from_user_id, to_user_id, amount, status, created_at, last_updated_at)
      values (?, ?, ?, ?, ?, ?)`
    return this.#database.run(insert, ...values, now, now).id
  }

  /** A row of SQL that change capture does not have: a writer with a newer schema, not registered yet, has written it to the next topic. */
  async #uncaptured(kind: Kind): Promise<void> {
    const { from: fromUserId, to: toUserId } = this.#users
    const id = this.#database.transact(() => {
      const made = this.#insert([fromUserId, toUserId, '5.00', 'COMPLETED'])
      this.#database.run('delete from cdc_log where seq = (select max(seq) from cdc_log)')
      return made
    })
    const sql = 'select created_at as at from transfers where id = ?'
    const at = Date.parse(this.#database.one<{ readonly at: string }>(sql, id)!.at)
    const row = {
      id,
      fromUserId,
      toUserId,
      amount: '5.00',
      status: 'COMPLETED',
      createdAt: at,
      lastUpdatedAt: at,
      memo: null,
    } as const
    await this.#send(kind, id, transfers.name, Buffer.from(String(id)), this.#newer(row))
  }

  async #foreign(kind: 'column' | 'empty' | 'envelope' | 'bytes' | 'document', id: number): Promise<void> {
    const { topic, key, value } = brokenRecord(kind, id)
    await this.#send(kind, id, topic, key, value)
  }

  async #send(kind: Kind, id: number, topic: string, key: Uint8Array, value: Uint8Array): Promise<void> {
    const [sent] = await this.#producer.send(bytesOf(topic), [{ key, value }])
    this.made.push({ kind, id, sent: { at: { topic, p: sent!.partition, o: sent!.offset }, value } })
  }
}
