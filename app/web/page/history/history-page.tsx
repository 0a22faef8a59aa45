import { useSignal } from '@preact/signals'
import type { Signal } from '@preact/signals'
import { useEffect, useLayoutEffect } from 'preact/hooks'
import type { JSX } from 'preact'
import type { KeyHistory } from '../../../contracts/history.ts'
import { useApp } from '../app/app.ts'
import { get } from '../app/ask.ts'
import type { Answer } from '../app/ask.ts'
import type { TableHands } from '../table/rows-table.tsx'
import { PageLink } from '../view/page-link.tsx'
import { live } from '../view/view.ts'
import type { RowAddress } from '../view/view.ts'
import { count } from '../words/numbers.ts'
import { HistoryTable } from './history-table.tsx'
import { versionText } from './history-words.ts'
import { VersionFields } from './version-fields.tsx'

const longMs = 20_000

interface HistoryPageProps {
  readonly row: RowAddress
  readonly hands: Signal<TableHands | null>
}

/** All versions of one row: where each of them is, when it was, and what it changed. */
export function HistoryPage({ row: { kind, id }, hands }: HistoryPageProps): JSX.Element {
  const answer = useSignal<Answer<KeyHistory> | null>(null)
  const isAsking = useSignal(false)
  const ask = async (query = ''): Promise<void> => {
    isAsking.value = true
    answer.value = await get<KeyHistory>(`/api/history/${kind}/${id}${query}`)
    isAsking.value = false
  }
  useEffect(() => void ask(), [])
  const { value } = answer
  const history = value !== null && 'value' in value ? value.value : null
  return (
    <section class="rows history" aria-label="History">
      <div class="tools">
        <h2>{`History of ${kind === 'users' ? 'user' : 'transfer'} ${id}`}</h2>
        <PageLink view={{ ...live, page: 'records', kind }}>Records</PageLink>
        <button type="button" aria-disabled={isAsking.value} onClick={() => void (isAsking.value || ask())}>
          Read again
        </button>
      </div>
      {value === null && <p class="empty">Reading the partitions of this key.</p>}
      {value !== null && 'failure' in value && (
        <p class="empty" role="alert">
          <span class="bad">{value.failure}</span>{' '}
          <button type="button" onClick={() => void ask()}>
            Retry
          </button>
        </p>
      )}
      {history !== null && <Scan history={history} onMore={() => void ask(`?withinMs=${longMs}`)} />}
      {history !== null &&
        (history.changes.length === 0 ? <None history={history} /> : <Versions history={history} hands={hands} />)}
    </section>
  )
}

function None({ history: { id, scan } }: { readonly history: KeyHistory }): JSX.Element {
  return <p class="empty">{scan.read < scan.of ? 'Nothing of it yet.' : `Key ${id} is in no topic that is still kept.`}</p>
}

function Scan({ history: { scan }, onMore }: { readonly history: KeyHistory; readonly onMore: () => void }): JSX.Element {
  return (
    <p class="label scan" role="status">
      {`${count(scan.read)} of ${count(scan.of)} offsets of its partitions read in ${count(scan.ms)} ms.`}{' '}
      {scan.read < scan.of && (
        <button type="button" onClick={onMore}>
          Read on, up to 20 s
        </button>
      )}
    </p>
  )
}

function Versions({ history, hands }: { readonly history: KeyHistory; readonly hands: Signal<TableHands | null> }): JSX.Element {
  const { navigation } = useApp()
  const last = history.changes.length - 1
  const indexOf = (at: string | undefined): number => {
    const found = history.changes.findIndex(({ cause }) => cause === at)
    return found < 0 ? last : found
  }
  const index = indexOf(navigation.view.value.at)
  const go = (to: number): void => navigation.adjust({ at: history.changes[Math.min(last, Math.max(0, to))]!.cause ?? '' })
  useLayoutEffect(() => {
    // From where the page is now: a second key may come before the first one is drawn.
    hands.value = { move: (by) => go(indexOf(navigation.view.peek().at) + by) }
  }, [history])
  return (
    <>
      <label class="slider">
        <span>{versionText(history, index)}</span>
        <input
          type="range"
          min={0}
          max={last}
          value={index}
          aria-label="Version"
          aria-valuetext={versionText(history, index)}
          onInput={(event) => go(Number(event.currentTarget.value))}
        />
      </label>
      <HistoryTable history={history} index={index} onSelect={go} />
      <VersionFields history={history} change={history.changes[index]!} />
    </>
  )
}
