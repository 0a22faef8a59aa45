import type { SchemaRegistry } from 'millrace'
import {
  balances,
  deadLetterTopics,
  enriched,
  rawTransfers,
  rawUsers,
  transferAlerts,
  transferCommands,
  transfers,
  users,
} from '../../../examples/transfer-pipeline/topics.ts'
import { settlementGroup } from '../../adapters/kafka/settlement-commands.ts'
import type { Lane, Station } from '../../contracts/feed.ts'
import { sinkGroup } from '../../sink/sink-config.ts'
import type { TextReader } from './text-reader.ts'
import { avroTexts, rawTexts } from './text-reader.ts'
import { deadLetterSource } from './dead-letter-source.ts'
import type { FeedSource } from './record-maker.ts'
import { feedSource } from './record-maker.ts'

/** A topic on the way from SQL to the page. */
export interface Flow {
  readonly lane: Lane
  readonly station: Station
  /** Kafka's name. */
  readonly topic: string
  readonly texts: (schemaRegistry: SchemaRegistry) => TextReader
  /** The group of the application that reads it next. */
  readonly group: string
}

export const flows: readonly Flow[] = [
  { lane: 'user', station: 'raw', topic: rawUsers.name, texts: rawTexts, group: 'ingestion-users' },
  { lane: 'user', station: 'ingestion', topic: users.name, texts: avroTexts(users), group: 'transfer-enricher' },
  { lane: 'transfer', station: 'raw', topic: rawTransfers.name, texts: rawTexts, group: 'ingestion-transfers' },
  { lane: 'transfer', station: 'ingestion', topic: transfers.name, texts: avroTexts(transfers), group: 'transfer-enricher' },
  { lane: 'transfer', station: 'enriched', topic: enriched.name, texts: avroTexts(enriched), group: sinkGroup },
  {
    lane: 'settlement',
    station: 'sql',
    topic: transferCommands.name,
    texts: avroTexts(transferCommands),
    group: settlementGroup,
  },
]

/** The topics whose records are in the feed. */
export const feedSources: readonly FeedSource[] = [
  feedSource('user', users, (user) => ({ ...user, ...isoTimes(user) })),
  feedSource('transfer', enriched, (transfer) => ({ ...transfer, ...isoTimes(transfer) })),
  feedSource('balance', balances, (balance) => balance),
  feedSource('alert', transferAlerts, (alert) => alert),
  ...deadLetterTopics.map(deadLetterSource),
]

interface Times {
  readonly createdAt: number
  readonly lastUpdatedAt: number
}

function isoTimes({ createdAt, lastUpdatedAt }: Times): { readonly createdAt: string; readonly lastUpdatedAt: string } {
  return { createdAt: new Date(createdAt).toISOString(), lastUpdatedAt: new Date(lastUpdatedAt).toISOString() }
}
