import type { LetterClass, LetterState } from '../../../contracts/dead-letters.ts'
import type { TransferStatus } from '../../../contracts/feed.ts'
import { isPageName } from './pages.ts'
import type { PageName } from './pages.ts'

export const statuses = ['PENDING', 'COMPLETED', 'FAILED', 'REVERSED'] as const satisfies readonly TransferStatus[]

/** Where a record is in Kafka: `TOPIC/P/OFFSET`. */
export interface Address {
  readonly topic: string
  readonly p: number
  readonly o: number
}

/** A row by its table and id. */
export interface RowAddress {
  readonly kind: 'transfers' | 'users'
  readonly id: number
}

/** What the address of the page says. */
export interface View {
  readonly page: PageName
  readonly kind: 'transfers' | 'users'
  /** An id, or part of a name; empty for all. */
  readonly user: string
  readonly status: TransferStatus | null
  /** The record that is open at the right. */
  readonly rec: Address | null
  /** What of the dead letters is shown. */
  readonly letters: LetterFilter
  /** The dead letter that is open at the right. */
  readonly letter: Address | null
  /** The application whose topology is drawn; empty for the first. */
  readonly app: string
  /** The row whose history is shown, and the cause at which it stands; empty for the newest. */
  readonly history: RowAddress | null
  readonly at: string
  /** Its sub-topologies that are open. */
  readonly open: readonly number[]
  /** The topic whose contract is open; empty for none. */
  readonly place: string
  /** Id of the schema whose version is pointed at; null for none. */
  readonly schema: number | null
  /** How far charts go back. */
  readonly range: Range
}

export type Range = '5m' | '15m' | '1h'

/** Empty: any class or text; those that are to be mended. */
export interface LetterFilter {
  readonly class: LetterClass | ''
  readonly state: LetterState | 'any' | ''
  readonly text: string
}

const allLetters: LetterFilter = { class: '', state: '', text: '' }

export const live: View = {
  page: 'live',
  kind: 'transfers',
  user: '',
  status: null,
  rec: null,
  letters: allLetters,
  letter: null,
  history: null,
  at: '',
  app: '',
  open: [],
  place: '',
  schema: null,
  range: '15m',
}

/** Reads `/records?kind=transfers&user=2&status=FAILED&rec=TOPIC/P/OFFSET`. What it does not understand it leaves out. */
export function parseView(path: string, query: string): View {
  const parameters = new URLSearchParams(query)
  const status = parameters.get('status')
  const page = path.split('/')[1]
  return {
    page: isPageName(page) ? page : 'live',
    kind: parameters.get('kind') === 'users' ? 'users' : 'transfers',
    user: parameters.get('user') ?? '',
    status: statuses.find((known) => known === status) ?? null,
    rec: parseAddress(parameters.get('rec') ?? ''),
    letters: parseFilter(parameters),
    letter: parseAddress(/^\/dead-letters\/(.+)$/.exec(path)?.[1] ?? ''),
    history: parseRow(path),
    at: parameters.get('at') ?? '',
    app: parameters.get('app') ?? '',
    open: (parameters.get('open') ?? '').split('.').filter(Boolean).map(Number),
    place: /^\/contracts\/([\w.-]+)$/.exec(path)?.[1] ?? '',
    schema: /^\d{1,9}$/.test(parameters.get('schema') ?? '') ? Number(parameters.get('schema')) : null,
    range: ranges.find((known) => known === parameters.get('range')) ?? live.range,
  }
}

export function urlOf(view: View): string {
  const { page, kind, user, status, rec, letters, at, app, open, schema, range } = view
  const parameters = new URLSearchParams()
  for (const [name, text] of Object.entries(letters))
    if (page === 'dead-letters' && text !== '') parameters.set(name, text as string)
  if (at !== '') parameters.set('at', at)
  if (app !== '') parameters.set('app', app)
  if (open.length > 0) parameters.set('open', open.join('.'))
  if (page === 'contracts' && schema !== null) parameters.set('schema', String(schema))
  if (range !== live.range) parameters.set('range', range)
  if (kind !== 'transfers') parameters.set('kind', kind)
  if (user !== '') parameters.set('user', user)
  if (status !== null) parameters.set('status', status)
  // Slashes stay as they are: an address is to be read.
  const record = rec === null ? [] : [`rec=${encodeURIComponent(rec.topic)}/${rec.p}/${rec.o}`]
  const query = [...(parameters.size === 0 ? [] : [parameters.toString()]), ...record].join('&')
  return (page === 'live' ? '/' : `/${[page, ...belowOf(view)].join('/')}`) + (query === '' ? '' : `?${query}`)
}

/** What of its page has an address of its own. */
function belowOf({ page, letter, history, place }: View): readonly (string | number)[] {
  if (page === 'dead-letters' && letter !== null) return [letter.topic, letter.p, letter.o]
  if (page === 'records' && history !== null) return [history.kind, history.id]
  return place === '' ? [] : [place]
}

function parseFilter(parameters: URLSearchParams): LetterFilter {
  const [wanted, state] = [parameters.get('class') ?? '', parameters.get('state') ?? '']
  return {
    class: letterClasses.find((known) => known === wanted) ?? '',
    state: letterStates.find((known) => known === state) ?? '',
    text: parameters.get('text') ?? '',
  }
}

function parseRow(path: string): RowAddress | null {
  const [, kind, id] = /^\/records\/(transfers|users)\/([1-9]\d{0,15})$/.exec(path) ?? []
  return id === undefined ? null : { kind: kind === 'users' ? 'users' : 'transfers', id: Number(id) }
}

const letterClasses = ['invalid-schema', 'schema-not-found', 'invalid-data', 'user-code', 'production', 'sink'] as const
const ranges: readonly Range[] = ['5m', '1h']
const letterStates = ['open', 'replayed', 'processed', 'refused', 'stale', 'repeated', 'discarded', 'any'] as const

function parseAddress(text: string): Address | null {
  const [, topic, p, o] = /^([A-Za-z0-9._-]+)\/(\d{1,9})\/(\d{1,15})$/.exec(text) ?? []
  return topic === undefined ? null : { topic, p: Number(p), o: Number(o) }
}
