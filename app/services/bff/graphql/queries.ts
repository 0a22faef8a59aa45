import type { Alert, HourTotals, Newest } from '../../../contracts/analytics.ts'
import type { Page, Transfer, User } from '../../../contracts/bff.ts'
import type { TransferRow } from '../../../contracts/feed.ts'
import type { TopologyDocument } from '../../../contracts/topology.ts'
import { etagOf } from '../../../platform/http/etag.ts'
import { ask, askForOne, queryOf } from './ask.ts'
import { checkFirst, connectionOf, idAt } from './connection.ts'
import type { Connection, Range } from './connection.ts'
import type { GraphContext } from './graph-context.ts'

interface TransferFilter {
  readonly userId?: string | number | null
  readonly status?: string | null
  readonly from?: string | null
  readonly to?: string | null
  readonly minAmount?: string | null
}

interface Since {
  readonly userId?: string | null
  readonly from?: string | null
  readonly to?: string | null
  readonly first: number
}

interface ById {
  readonly id: string
}

/** Fields of Query: what each asks of which service. */
export const queries = {
  async users(_: unknown, { first, after }: Range, { services }: GraphContext) {
    const query = queryOf({ afterId: idAt(after), size: checkFirst(first) })
    return connectionOf(await ask<Page<User>>(services.users, { method: 'GET', path: `/users?${query}` }))
  },
  user: (_: unknown, { id }: ById, { services }: GraphContext) =>
    askForOne<User>(services.users, `/users/${encodeURIComponent(id)}`),
  transfer: (_: unknown, { id }: ById, { services }: GraphContext) =>
    askForOne<TransferRow>(services.read, `/transfers-enriched/${encodeURIComponent(id)}`),
  transfers: (_: unknown, { filter, ...range }: Range & { readonly filter?: TransferFilter | null }, context: GraphContext) =>
    transfersOf(filter ?? {}, range, context),
  totals: (_: unknown, since: Since, context: GraphContext) => newest<HourTotals>('totals', since, context),
  alerts: (_: unknown, since: Since, context: GraphContext) => newest<Alert>('alerts', since, context),
  applications: (_: unknown, _given: unknown, { services }: GraphContext) => services.applications.names,
  topology(_: unknown, { applicationId }: { readonly applicationId: string }, { services }: GraphContext) {
    if (!services.applications.names.includes(applicationId)) return null
    return askForOne<TopologyDocument>(services.applications.instances(applicationId)[0]!, '/topology.json')
  },
}

/** Fields that ask for more than the row has. An ETag is that of the row as its service has it, field by field in its order. */
export const rows = {
  User: {
    etag: ({ id, name, createdAt, lastUpdatedAt }: User) => etagOf({ id, name, createdAt, lastUpdatedAt }),
    transfers: ({ id }: User, range: Range, context: GraphContext) => transfersOf({ userId: id }, range, context),
  },
  Transfer: {
    etag: ({ id, fromUserId, toUserId, amount, status, createdAt, lastUpdatedAt }: Transfer) =>
      etagOf({ id, fromUserId, toUserId, amount, status, createdAt, lastUpdatedAt }),
    from: ({ fromUserId }: TransferRow, _: unknown, { users }: GraphContext) => users.load(fromUserId),
    to: ({ toUserId }: TransferRow, _: unknown, { users }: GraphContext) => users.load(toUserId),
  },
}

async function transfersOf(
  filter: TransferFilter,
  { first, after }: Range,
  { services }: GraphContext,
): Promise<Connection<TransferRow>> {
  const query = queryOf({ ...filter, beforeId: idAt(after), sort: '-id', size: checkFirst(first) })
  return connectionOf(await ask<Page<TransferRow>>(services.read, { method: 'GET', path: `/transfers-enriched?${query}` }))
}

async function newest<T>(what: string, { first, ...since }: Since, { services }: GraphContext): Promise<readonly T[]> {
  const path = `/state/${what}?${queryOf({ ...since, size: checkFirst(first) })}`
  return (await ask<Newest<T>>(services.applications.of('transfer-analytics'), { method: 'GET', path })).content
}
