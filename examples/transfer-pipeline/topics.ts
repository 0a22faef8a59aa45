import { Serdes, nullable, topic } from 'millrace'
import { avro } from 'millrace/avro'
import { rawKey, transferRows, userRows } from './schemas/rows.ts'
import {
  balanceSchema,
  ingestionTransferSchema,
  ingestionUserSchema,
  transferCommandSchema,
  transferEnrichedSchema,
} from './schemas/avro.ts'

/** Change capture writes a tombstone after each delete, and a truncation has no key: both may be null here. */
export const rawUsers = topic('raw.bank.users', { key: nullable(rawKey), value: nullable(userRows) })
export const rawTransfers = topic('raw.bank.transfers', { key: nullable(rawKey), value: nullable(transferRows) })

export const users = topic('ingestion.bank.users', { key: Serdes.string, value: avro(ingestionUserSchema) })
export const transfers = topic('ingestion.bank.transfers', { key: Serdes.string, value: avro(ingestionTransferSchema) })
export const enriched = topic('custom.bank.transfer-enriched', { key: Serdes.string, value: avro(transferEnrichedSchema) })
export const balances = topic('custom.bank.balances', { key: Serdes.string, value: avro(balanceSchema) })
export const transferCommands = topic('command.bank.transfer-status', { key: Serdes.string, value: avro(transferCommandSchema) })

/** Where records of a topic go that nobody can read. Only what comes from outside has such a topic: what we write ourselves can be read. */
export const deadLetterTopicOf = (topicName: string): string => `${topicName}.dlq`
export const hasDeadLetters = (topicName: string): boolean => topicName === rawUsers.name || topicName === rawTransfers.name

/** Enriched transfers that the sink could make no document of. */
export const sinkDeadLetters = 'connect.mongo-sink.dlq'

const sevenDays = { 'retention.ms': String(7 * 24 * 3_600_000) }
const compacted = { 'cleanup.policy': 'compact', 'min.cleanable.dirty.ratio': '0.1' }

const thirtyDays = { 'retention.ms': String(30 * 24 * 3_600_000) }

/**
 * What has to exist before the pipeline starts. Users have 4 partitions and transfers 6 on purpose: a foreign-key join does not
 * need them to be equal.
 */
export const manifest = [
  { name: '_schemas', partitions: 1, config: compacted },
  { name: rawUsers.name, partitions: 4, config: sevenDays },
  { name: rawTransfers.name, partitions: 6, config: sevenDays },
  { name: deadLetterTopicOf(rawUsers.name), partitions: 3, config: thirtyDays },
  { name: deadLetterTopicOf(rawTransfers.name), partitions: 3, config: thirtyDays },
  { name: sinkDeadLetters, partitions: 3, config: thirtyDays },
  { name: users.name, partitions: 4, config: compacted },
  { name: transfers.name, partitions: 6, config: compacted },
  { name: enriched.name, partitions: 6, config: compacted },
  { name: balances.name, partitions: 6, config: compacted },
  { name: transferCommands.name, partitions: 6, config: sevenDays },
] as const
