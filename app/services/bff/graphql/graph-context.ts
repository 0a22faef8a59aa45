import DataLoader from 'dataloader'
import type { Page, User } from '../../../contracts/bff.ts'
import type { ApplicationUpstreams } from '../application-upstreams.ts'
import type { Made } from '../made-transfers.ts'
import type { Upstream } from '../upstream.ts'
import type { FeedStreams } from './feed-streams.ts'
import { ask, queryOf } from './ask.ts'

/** The services that GraphQL asks. */
export interface GraphServices {
  readonly users: Upstream
  readonly transfers: Upstream
  readonly read: Upstream
  readonly applications: ApplicationUpstreams
  readonly feed: FeedStreams
}

/** What an operation has to itself. */
export interface GraphContext {
  readonly services: GraphServices
  /** Users by id, asked for together; null: there is none. */
  readonly users: DataLoader<number, User | null>
  /** Transfers that the operation has made, by the keys of the client. */
  readonly made: Made[]
  /** Aborted when the client has left. */
  readonly gone: AbortSignal
}

/** As many as `GET /users?ids` takes. */
const usersMax = 100

export function graphContext(services: GraphServices, gone: AbortSignal): GraphContext {
  const users = new DataLoader<number, User | null>((ids) => usersOf(services.users, ids), { maxBatchSize: usersMax })
  return { services, users, made: [], gone }
}

async function usersOf(upstream: Upstream, ids: readonly number[]): Promise<(User | null)[]> {
  const path = `/users?${queryOf({ ids: ids.join(','), size: usersMax })}`
  const { content } = await ask<Page<User>>(upstream, { method: 'GET', path })
  const byId = new Map(content.map((user) => [user.id, user]))
  return ids.map((id) => byId.get(id) ?? null)
}
