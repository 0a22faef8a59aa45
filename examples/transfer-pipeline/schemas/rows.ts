import type { Serde } from 'millrace'
import type { AvroValue } from 'millrace/avro'
import { column, connectJson, rowChange } from 'millrace/connect'
import type { DriftReport, RowChange } from 'millrace/connect'
import type { ingestionTransferSchema, ingestionUserSchema } from './avro.ts'

export type IngestionUser = AvroValue<typeof ingestionUserSchema>
export type IngestionTransfer = AvroValue<typeof ingestionTransferSchema>

/** The key of a raw record, `{"id":1}`, is not needed: the row has its id. A truncation has no key. */
export const rawKey = connectJson()

/** Is told once of each embedded schema that is not as the pipeline reads it. */
export type OnDrift = (report: DriftReport, topic: string) => void

/** What change capture writes of users, as the pipeline reads it. */
export const userRows: Serde<RowChange<number, IngestionUser>> = userRowsTelling()

/** What change capture writes of transfers. */
export const transferRows: Serde<RowChange<number, IngestionTransfer>> = transferRowsTelling()

export function userRowsTelling(onDrift?: OnDrift): Serde<RowChange<number, IngestionUser>> {
  return rowChange({
    key: 'id',
    columns: { id: column.long(), name: column.text(), created_at: column.time(), last_updated_at: column.time() },
    read: ({ id, name, created_at, last_updated_at }): IngestionUser => ({
      id,
      name,
      createdAt: created_at,
      lastUpdatedAt: last_updated_at,
    }),
    onDrift,
  })
}

/** Direct SQL may have written what the bank's rules forbid: such a row is refused here. */
export function transferRowsTelling(onDrift?: OnDrift): Serde<RowChange<number, IngestionTransfer>> {
  return rowChange({
    key: 'id',
    columns: {
      id: column.long(),
      from_user_id: column.long(),
      to_user_id: column.long(),
      amount: column.decimal({ precision: 18, scale: 2 }),
      status: column.symbol('PENDING', 'COMPLETED', 'FAILED', 'REVERSED'),
      created_at: column.time(),
      last_updated_at: column.time(),
    },
    read: ({ id, from_user_id, to_user_id, amount, status, created_at, last_updated_at }): IngestionTransfer => {
      if (from_user_id === to_user_id) throw new Error(`The transfer goes from user ${from_user_id} to the same.`)
      if (!/[1-9]/.test(amount) || amount.startsWith('-')) throw new Error(`The amount ${amount} is not above 0.`)
      return {
        id,
        fromUserId: from_user_id,
        toUserId: to_user_id,
        amount,
        status,
        createdAt: created_at,
        lastUpdatedAt: last_updated_at,
      }
    },
    onDrift,
  })
}
