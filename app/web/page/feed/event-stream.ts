import type { FeedEventName, FeedEvents, State } from '../../../contracts/feed.ts'
import type { FeedListener } from './feed-client.ts'

const names = [
  'batch',
  'hops',
  'trace',
  'system',
  'proof',
  'reset',
  'overflow',
  'server.closing',
] as const satisfies FeedEventName[]

export async function getState(): Promise<State> {
  const response = await fetch('/api/state', { cache: 'no-store' })
  if (!response.ok) throw new Error(`the server answers ${response.status}`)
  return (await response.json()) as State
}

/**
 * One stream of `EventSource`. Its own reconnection is not used: the page resumes at what its store has, not at what the browser has
 * handed on.
 */
export function openStream({ at, ledger }: { readonly at: string; readonly ledger: number }, listener: FeedListener): () => void {
  const source = new EventSource(`/api/feed?${new URLSearchParams({ at, ledger: String(ledger) }).toString()}`)
  source.addEventListener('open', () => listener.opened())
  source.addEventListener('error', () => listener.failed('no answer'))
  for (const name of names)
    source.addEventListener(name, (event: MessageEvent<string>) => {
      if (source.readyState === EventSource.CLOSED) return
      listener.event({ name, id: event.lastEventId, data: JSON.parse(event.data) as FeedEvents[typeof name] })
    })
  return () => source.close()
}
