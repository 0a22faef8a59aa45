import type { FeedRecord, Trace, TraceHop } from '../../../contracts/feed.ts'
import type { PageStore } from '../store/page-store.ts'
import type { Address } from '../view/view.ts'

/** What the page knows of an address: one of its rows, or a hop that it saw pass by. */
export type Found =
  | { readonly kind: 'row'; readonly record: FeedRecord; readonly trace: Trace | undefined }
  | { readonly kind: 'hop'; readonly hop: TraceHop; readonly trace: Trace }
  | { readonly kind: 'nothing' }

export function findRecord(store: PageStore, address: Address): Found {
  for (const rows of [store.transfers.values(), store.users.values(), store.balances.values(), store.deadLetters])
    for (const record of rows) if (isAt(record, address)) return { kind: 'row', record, trace: traceOf(store, record) }
  for (const { trace } of store.traces.values())
    for (const hop of trace.hops) if (isAt(hop, address)) return { kind: 'hop', hop, trace }
  return { kind: 'nothing' }
}

/** Rows and traces meet by id. */
export function traceOf({ traces }: PageStore, record: FeedRecord): Trace | undefined {
  if (record.kind === 'transfer') return traces.get('transfer', Number(record.key))
  return record.kind === 'user' ? traces.get('user', Number(record.key)) : undefined
}

function isAt(
  it: { readonly topic: string | null; readonly p: number | null; readonly o: number | null },
  address: Address,
): boolean {
  return it.o === address.o && it.p === address.p && it.topic === address.topic
}
