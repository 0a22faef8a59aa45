import { Serdes, nullable, topic } from 'millrace'
import type { NewTopic } from 'millrace'
import { avro } from 'millrace/avro'
import type { AvroValue } from 'millrace/avro'
import { rawKey, transferRows, userRows } from './schemas/rows.ts'
import {
  auditRecordSchema,
  balanceSchema,
  ingestionTransferSchema,
  ingestionUserSchema,
  transferAlertSchema,
  transferCommandSchema,
  transferEnrichedSchema,
  transferTotalsSchema,
} from './schemas/avro.ts'

/** Change capture writes a tombstone after each delete, and a truncation has no key: both may be null here. */
export const rawUsers = topic('raw.bank.users', { key: nullable(rawKey), value: nullable(userRows) })
export const rawTransfers = topic('raw.bank.transfers', { key: nullable(rawKey), value: nullable(transferRows) })

export const users = topic('ingestion.bank.users', { key: Serdes.string, value: avro(ingestionUserSchema) })
export const transfers = topic('ingestion.bank.transfers', { key: Serdes.string, value: avro(ingestionTransferSchema) })
export const enriched = topic('custom.bank.transfer-enriched', { key: Serdes.string, value: avro(transferEnrichedSchema) })
export const balances = topic('custom.bank.balances', { key: Serdes.string, value: avro(balanceSchema) })
/** What each user has sent within an hour, once the hour is closed; the key is `userId@startMs`. */
export const transferTotals = topic('custom.bank.transfer-totals-1h', { key: Serdes.string, value: avro(transferTotalsSchema) })
/** By the id of the user. */
export const transferAlerts = topic('custom.bank.transfer-alerts', { key: Serdes.string, value: avro(transferAlertSchema) })
/** Every change of both databases; the key is `users:1`. */
export const auditLog = topic('custom.bank.audit-log', { key: Serdes.string, value: avro(auditRecordSchema) })
export type AuditRecord = AvroValue<typeof auditRecordSchema>
export type TransferTotals = AvroValue<typeof transferTotalsSchema>
export type TransferAlert = AvroValue<typeof transferAlertSchema>

export const transferCommands = topic('command.bank.transfer-status', { key: Serdes.string, value: avro(transferCommandSchema) })

/** Topics that applications and services read: what they refuse of one goes to the dead letters of that topic. */
const sources: readonly string[] = [rawUsers, rawTransfers, users, transfers, enriched, transferCommands].map(({ name }) => name)

/** What applications refuse of their internal topics, and what they could not write. */
export const applicationDeadLetters = 'applications.dlq'

/** Where a refused record of a topic goes; null: it was not read from a topic. */
export const deadLetterTopicOf = (topicName: string | null): string =>
  topicName !== null && sources.includes(topicName) ? `${topicName}.dlq` : applicationDeadLetters

/** Enriched transfers that the sink could make no document of. */
export const sinkDeadLetters = 'connect.mongo-sink.dlq'

export const deadLetterTopics: readonly string[] = [...sources.map(deadLetterTopicOf), applicationDeadLetters, sinkDeadLetters]

/** What became of dead letters: what somebody decided, and what came of a replay. */
export const letterStates = 'dlq.states'

/** A raw topic whose records come again after a failure, with the topics by which they do. */
export interface Repeatable {
  readonly raw: string
  /** Records that come again. It has as many partitions as the raw topic, so that the task of a key reads both. */
  readonly replay: string
  /** By the delay in ms: the first after the first attempt, and so on. After the last one a record is a dead letter. */
  readonly retries: ReadonlyMap<number, string>
}

/** Four attempts: at once, and after each of these. */
export const retryDelaysMs = [1000, 10_000, 60_000]

/** Not below `raw.`: change capture finds its position in the last records there. */
export function repeatable(raw: string): Repeatable {
  const name = raw.replace(/^raw\./, '')
  const retries = retryDelaysMs.map((delayMs) => [delayMs, `retry.${name}-${delayMs}`] as const)
  return { raw, replay: `replay.${name}`, retries: new Map(retries) }
}

export const repeatables: readonly Repeatable[] = [repeatable(rawUsers.name), repeatable(rawTransfers.name)]

/** A topic by its bytes: for whoever passes records on as they are. */
export const bytesOf = (name: string) => topic(name, { key: nullable(Serdes.bytes), value: nullable(Serdes.bytes) })

const sevenDays = { 'retention.ms': String(7 * 24 * 3_600_000) }
const compacted = { 'cleanup.policy': 'compact', 'min.cleanable.dirty.ratio': '0.1' }

const threeDays = { 'retention.ms': String(3 * 24 * 3_600_000) }
/** A record that was too large for its topic has room here. */
const roomForRefused = { 'max.message.bytes': String(8 << 20) }
const ninetyDays = { 'retention.ms': String(90 * 24 * 3_600_000) }
const thirtyDays = { 'retention.ms': String(30 * 24 * 3_600_000) }

/**
 * What has to exist before the pipeline starts. Users have 4 partitions and transfers 6 on purpose: a foreign-key join does not
 * need them to be equal.
 */
export const manifest: readonly NewTopic[] = [
  { name: '_schemas', partitions: 1, config: compacted },
  { name: rawUsers.name, partitions: 4, config: sevenDays },
  { name: rawTransfers.name, partitions: 6, config: sevenDays },
  { name: repeatables[0]!.replay, partitions: 4, config: threeDays },
  { name: repeatables[1]!.replay, partitions: 6, config: threeDays },
  ...repeatables.flatMap(({ retries }) => [...retries.values()].map((name) => ({ name, partitions: 3, config: threeDays }))),
  ...deadLetterTopics.map((name) => ({ name, partitions: 3, config: { ...thirtyDays, ...roomForRefused } })),
  { name: letterStates, partitions: 1, config: compacted },
  { name: users.name, partitions: 4, config: compacted },
  { name: transfers.name, partitions: 6, config: compacted },
  { name: enriched.name, partitions: 6, config: compacted },
  { name: balances.name, partitions: 6, config: compacted },
  { name: transferTotals.name, partitions: 6, config: { ...compacted, ...thirtyDays, 'cleanup.policy': 'compact,delete' } },
  { name: transferAlerts.name, partitions: 6, config: thirtyDays },
  { name: auditLog.name, partitions: 6, config: ninetyDays },
  { name: transferCommands.name, partitions: 6, config: sevenDays },
]
