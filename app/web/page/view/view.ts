import type { TransferStatus } from '../../../contracts/feed.ts'

export const statuses = ['PENDING', 'COMPLETED', 'FAILED', 'REVERSED'] as const satisfies readonly TransferStatus[]

/** Where a record is in Kafka: `TOPIC/P/OFFSET`. */
export interface Address {
  readonly topic: string
  readonly p: number
  readonly o: number
}

/** What the address of the page says. */
export interface View {
  readonly page: 'live' | 'records'
  readonly kind: 'transfers' | 'users'
  /** An id, or part of a name; empty for all. */
  readonly user: string
  readonly status: TransferStatus | null
  /** The record that is open at the right. */
  readonly rec: Address | null
}

export const live: View = { page: 'live', kind: 'transfers', user: '', status: null, rec: null }

/** Reads `/records?kind=transfers&user=2&status=FAILED&rec=TOPIC/P/OFFSET`. What it does not understand it leaves out. */
export function parseView(path: string, query: string): View {
  const parameters = new URLSearchParams(query)
  const status = parameters.get('status')
  return {
    page: path === '/records' ? 'records' : 'live',
    kind: parameters.get('kind') === 'users' ? 'users' : 'transfers',
    user: parameters.get('user') ?? '',
    status: statuses.find((known) => known === status) ?? null,
    rec: parseAddress(parameters.get('rec') ?? ''),
  }
}

export function urlOf({ page, kind, user, status, rec }: View): string {
  const parameters = new URLSearchParams()
  if (kind !== 'transfers') parameters.set('kind', kind)
  if (user !== '') parameters.set('user', user)
  if (status !== null) parameters.set('status', status)
  // Slashes stay as they are: an address is to be read.
  const record = rec === null ? [] : [`rec=${encodeURIComponent(rec.topic)}/${rec.p}/${rec.o}`]
  const query = [...(parameters.size === 0 ? [] : [parameters.toString()]), ...record].join('&')
  return (page === 'live' ? '/' : `/${page}`) + (query === '' ? '' : `?${query}`)
}

function parseAddress(text: string): Address | null {
  const [, topic, p, o] = /^([A-Za-z0-9._-]+)\/(\d{1,9})\/(\d{1,15})$/.exec(text) ?? []
  return topic === undefined ? null : { topic, p: Number(p), o: Number(o) }
}
