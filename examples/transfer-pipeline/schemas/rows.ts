import type { AvroValue } from 'millrace/avro'
import type { ingestionTransferSchema, ingestionUserSchema } from './avro.ts'
import { readAmount, readLong, readSymbol, readText, readTime } from './raw/connect-values.ts'
import type { Columns } from './raw/envelope-serde.ts'
import { invalidData } from './raw/invalid-envelope.ts'

export type IngestionUser = AvroValue<typeof ingestionUserSchema>
export type IngestionTransfer = AvroValue<typeof ingestionTransferSchema>

export function readUser(columns: Columns): IngestionUser {
  return {
    id: readLong(columns('id')),
    name: readText(columns('name')),
    createdAt: readTime(columns('created_at')),
    lastUpdatedAt: readTime(columns('last_updated_at')),
  }
}

export function readTransfer(columns: Columns): IngestionTransfer {
  const fromUserId = readLong(columns('from_user_id'))
  const toUserId = readLong(columns('to_user_id'))
  if (fromUserId === toUserId) throw invalidData('to_user_id', toUserId, 'another user than from_user_id')
  return {
    id: readLong(columns('id')),
    fromUserId,
    toUserId,
    amount: readAmount(columns('amount')),
    status: readSymbol(columns('status'), ['PENDING', 'COMPLETED', 'FAILED', 'REVERSED']),
    createdAt: readTime(columns('created_at')),
    lastUpdatedAt: readTime(columns('last_updated_at')),
  }
}
