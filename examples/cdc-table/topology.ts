import { Serdes, StreamsBuilder, nullable, topic } from 'millrace'
import type { Topology } from 'millrace'
import { column, connectJson, rowChange } from 'millrace/connect'

const columns = { id: column.long(), name: column.text(), balance: column.decimal({ precision: 18, scale: 2 }) }

/** What Debezium writes for the table `users` of the database `shop`: envelopes in JSON, with or without schemas. */
export const changes = topic('shop.users', { key: nullable(connectJson()), value: nullable(rowChange({ key: 'id', columns })) })

export interface User {
  readonly name: string
  readonly balance: string
}
export const users = topic('users', { key: Serdes.string, value: Serdes.json<User>() })

/** The table as it is now, by id: in a compacted topic for others, and in a store for queries. */
export function cdcTable(): Topology {
  const builder = new StreamsBuilder()
  const rows = builder.stream(changes).flatMap((change) => {
    if (change?.kind === 'upsert') return [{ key: String(change.key), value: userOf(change.row) as User | null }]
    return change?.kind === 'delete' ? [{ key: String(change.key), value: null }] : []
  })
  rows.to({ name: users.name, key: Serdes.string, value: Serdes.json<User>() })
  rows.toTable({ key: Serdes.string, value: Serdes.json<User>(), store: 'users' })
  return builder.build()
}

const userOf = ({ name, balance }: User): User => ({ name, balance })
