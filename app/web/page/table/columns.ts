import type { TransferRecord, UserRecord } from '../../../contracts/feed.ts'
import type { PageStore } from '../store/page-store.ts'
import { count, money, time } from '../words/numbers.ts'

/** What a cell says. */
export interface CellText {
  readonly text: string
  /** Its class besides that of the column. */
  readonly tone?: string
}

export interface Column<R> {
  readonly name: string
  readonly title: string
  /** Names of people stand in a box of their own direction. */
  readonly isName?: boolean
  readonly isNumber?: boolean
  /** It says more than the record does, and is read again with each painting. */
  readonly isLive?: boolean
  readonly cell: (record: R, store: PageStore) => CellText
}

export const glyphs = { PENDING: '○', COMPLETED: '✓', FAILED: '✕', REVERSED: '↩', PARTIAL: '◐' } as const

const nameOf = (name: string | null, id: number): CellText =>
  name === null ? { text: `user ${id}`, tone: 'muted' } : { text: name }
const placeOf = ({ p, o }: { readonly p: number; readonly o: number }): CellText => ({ text: `p${p} @ ${count(o)}` })

function statusOf({ value }: TransferRecord): CellText {
  const word = value!.enrichment === 'PARTIAL' ? 'PARTIAL' : value!.status
  return { text: `${glyphs[word]} ${word}`, tone: `s-${word}` }
}

/** The first column is the row's header, and links to the record. */
export const transferColumns: readonly Column<TransferRecord>[] = [
  { name: 'id', title: 'Transfer', cell: ({ value }) => ({ text: `#${value!.id}` }) },
  { name: 'from', title: 'From', isName: true, cell: ({ value }) => nameOf(value!.fromUserName, value!.fromUserId) },
  { name: 'to', title: 'To', isName: true, cell: ({ value }) => nameOf(value!.toUserName, value!.toUserId) },
  { name: 'amount', title: 'Amount', isNumber: true, cell: ({ value }) => ({ text: money(value!.amount) }) },
  { name: 'status', title: 'Status', cell: statusOf },
  { name: 'time', title: 'Changed', isNumber: true, cell: ({ value }) => ({ text: time(Date.parse(value!.lastUpdatedAt)) }) },
  { name: 'where', title: 'Record', isNumber: true, cell: placeOf },
]

export const userColumns: readonly Column<UserRecord>[] = [
  { name: 'id', title: 'User', cell: ({ value }) => ({ text: `#${value!.id}` }) },
  { name: 'name', title: 'Name', isName: true, cell: ({ value }) => ({ text: value!.name }) },
  {
    name: 'amount',
    title: 'Balance',
    isNumber: true,
    isLive: true,
    cell: ({ value }, store) => ({ text: money(store.balances.of(value!.id)?.value?.balance ?? '–') }),
  },
  { name: 'time', title: 'Changed', isNumber: true, cell: ({ value }) => ({ text: time(Date.parse(value!.lastUpdatedAt)) }) },
  { name: 'where', title: 'Record', isNumber: true, cell: placeOf },
]
