import type { JSX } from 'preact'
import { useApp } from '../app/app.ts'
import type { App } from '../app/app.ts'
import { Hot } from '../frame/hot.tsx'
import type { PageStore } from '../store/page-store.ts'
import { count, counted, exactTime, money, time } from '../words/numbers.ts'
import { Term } from '../words/term.tsx'
import type { TermName } from '../words/terms.ts'

interface Cell {
  readonly name: TermName
  readonly figure: (app: App) => string
  readonly note: (app: App) => string
  readonly isBad?: (store: PageStore) => boolean
}

/** A sum that has not moved for this long is no posting under way: it is shown as it is. */
const quietMs = 10_000

const cells: readonly Cell[] = [
  { name: 'acknowledged', figure: ({ store }) => count(store.acks.to), note: () => 'by SQL, with 201' },
  {
    name: 'in SQL',
    figure: ({ store }) => (store.proof?.sql == null ? '–' : count(store.proof.sql.transfers)),
    note: ({ store }) => (store.proof?.sql == null ? 'not counted yet' : `as of ${time(store.proof.sql.at)}`),
  },
  { name: 'on this page', figure: ({ store }) => count(store.ids.count), note: faultsOf },
  { name: 'on the way', figure: ({ store }) => count(store.acks.onTheWay), note: () => 'not here yet' },
  {
    name: 'missing',
    figure: ({ store }) => count(store.missing),
    note: ({ store }) => [...store.acks.missingIds(store.upMs)].slice(0, 3).map((id) => `#${id}`).join(' ') || 'after 10 s', // prettier-ignore
    isBad: ({ missing }) => missing > 0,
  },
  {
    name: 'twice',
    figure: ({ store }) => count(store.twice),
    note: ({ store }) => `repeated ${count(store.repeated)}, ${guarantee(store)}`,
    isBad: ({ twice }) => twice > 0,
  },
  { name: 'Σ balances', figure: sumOf, note: sumNote },
]

/** What was promised, and what came: each figure is a record, or a metric. */
export function Proof(): JSX.Element {
  const app = useApp()
  return (
    <dl class="proof" aria-label="Proof">
      {cells.map((cell) => (
        <div key={cell.name} data-proof={cell.name}>
          <dt class="label">
            <Term name={cell.name} />
          </dt>
          <Figure cell={cell} />
          <dd class="label note clip">
            <Hot read={() => cell.note(app)} />
          </dd>
        </div>
      ))}
    </dl>
  )
}

function Figure({ cell }: { readonly cell: Cell }): JSX.Element {
  const app = useApp()
  void app.frames.quarter.value
  const isBad = cell.isBad?.(app.store) ?? false
  return (
    <dd class={isBad ? 'figure clip bad' : 'figure clip'}>
      <Hot read={() => cell.figure(app)} />
    </dd>
  )
}

function faultsOf({ store }: App): string {
  const { gaps, repeats, miscounted } = store.faults
  const words = [
    ...(gaps === 0 ? [] : [counted(gaps, 'gap')]),
    ...(repeats === 0 ? [] : [counted(repeats, 'repeat')]),
    ...(miscounted === 0 ? [] : [`${count(miscounted)} miscounted`]),
  ]
  return words.length === 0 ? 'no gap in the feed' : `${words.join(', ')}, healed`
}

function guarantee({ system }: PageStore): string {
  return system?.guarantee === 'exactly_once_v2' ? 'exactly once' : 'at least once'
}

function isSettled({ store }: App): boolean {
  const { isZero, zeroAt } = store.balances.sum
  return isZero || (zeroAt !== null && store.balances.quietMs(store.serverNow) < quietMs)
}

function sumOf(app: App): string {
  if (app.store.balances.count === 0) return '–'
  return isSettled(app) ? '0.00' : money(app.store.balances.sum.now)
}

function sumNote(app: App): string {
  if (app.store.balances.count === 0) return 'no balance yet'
  const { now, zeroAt, isZero } = app.store.balances.sum
  const apart = app.store.proof?.sql?.balancesApart ?? null
  const users = apart === null || apart === 0 ? '' : `, ${counted(apart, 'user')} apart`
  if (!isSettled(app)) return zeroAt === null ? `never 0 here${users}` : `${guarantee(app.store)}${users}`
  const under = isZero ? '' : `, ${money(now)} on the way`
  return zeroAt === null ? '' : `as of ${exactTime(zeroAt)}${under}${users}`
}
