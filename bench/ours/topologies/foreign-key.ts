import { topic } from 'millrace'
import type { StreamsBuilder } from 'millrace'
import { accountAt, keyBytes } from '../../gen/transfer.ts'
import { concatenation } from './concatenation.ts'
import { inputAt, textToBytes } from './topics.ts'
import type { Topics } from './topics.ts'

/** Joins a table with the rows of another one that its values name. */
export function foreignKey(builder: StreamsBuilder, topics: Topics): void {
  const transfers = builder.table(topic(inputAt(topics, 0), textToBytes), { store: 'transfers' })
  const accounts = builder.table(topic(inputAt(topics, 1), textToBytes), { store: 'accounts' })
  transfers.leftJoin(accounts, accountOf, concatenation).toStream().to(topic(topics.output, textToBytes))
}

function accountOf(value: Uint8Array): string {
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8', accountAt, accountAt + keyBytes)
}
