import { GraphQLError } from 'graphql'
import type { AlertRow, TransferRow } from '../../../contracts/feed.ts'
import type { StreamedEvent } from '../../../feed/relay/event-stream.ts'
import { queryOf } from './ask.ts'
import type { GraphContext } from './graph-context.ts'

interface Followed {
  readonly userId?: string | null
  readonly after?: string | null
}

const changed = ({ id: position, type, text }: StreamedEvent) => {
  const row = JSON.parse(text) as TransferRow
  return { transferChanged: { position, id: row.id, transfer: type === 'transfer.upserted' ? row : null } }
}

const raised = ({ id: position, text }: StreamedEvent) => ({ alertRaised: { position, alert: JSON.parse(text) as AlertRow } })

/** Fields of Subscription: what the feed says of each record. */
export const subscriptions = {
  transferChanged: {
    subscribe: (_: unknown, followed: Followed, context: GraphContext) => follow('/transfers/stream', followed, context, changed),
  },
  alertRaised: {
    subscribe: (_: unknown, followed: Followed, context: GraphContext) => follow('/alerts/stream', followed, context, raised),
  },
}

async function follow<T>(
  path: string,
  { userId, after }: Followed,
  { services, users, gone }: GraphContext,
  toEvent: (event: StreamedEvent) => T,
): Promise<AsyncIterable<T>> {
  const events = await services.feed.follow(`${path}?${queryOf({ userId, at: after })}`, gone)
  // Users are as they are when an event is sent, not as they were before.
  return sent(events, (event) => (users.clearAll(), toEvent(event)))
}

/** Ends where the stream of the feed ends, without an error: a client goes on behind the last position that it has. */
async function* sent<T>(
  events: AsyncIterable<StreamedEvent>,
  toEvent: (event: StreamedEvent) => T,
): AsyncGenerator<T, void, undefined> {
  for await (const event of events) {
    if (event.type === 'reset') throw expired((JSON.parse(event.text) as { readonly detail: string }).detail)
    if (event.id === null) return
    yield toEvent(event)
  }
}

const expired = (detail: string): GraphQLError =>
  new GraphQLError(`${detail} Subscribe without a position.`, { extensions: { code: 'EXPIRED' } })
