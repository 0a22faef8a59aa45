import type { Signal } from '@preact/signals'
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { JSX } from 'preact'
import type { Letter, LetterPage } from '../../../contracts/dead-letters.ts'
import { useApp } from '../app/app.ts'
import type { TableHands } from '../table/rows-table.tsx'
import { PageLink } from '../view/page-link.tsx'
import { count, counted, time } from '../words/numbers.ts'
import { LetterFilters } from './letter-filters.tsx'
import { Poisons } from './poisons.tsx'
import { pathOf } from './letters-api.ts'
import { classWords, stateWords } from './letter-words.ts'

/** What was refused, why, and how to mend it? */
export function LettersPage({ hands }: { readonly hands: Signal<TableHands | null> }): JSX.Element {
  const { letters, navigation } = useApp()
  const page = useSignal(0)
  const filter = navigation.view.value.letters
  const { list, failure, open } = letters
  const news = useNews()
  useEffect(() => void (page.value = 0), [filter])
  useEffect(
    () => void letters.load(filter, page.value),
    [filter, page.value, news, open.value?.state, open.value === null ? '' : pathOf(open.value.at)],
  )
  useEffect(() => {
    hands.value = { move: moveFocus }
  }, [])
  return (
    <section class="rows letters" aria-label="Dead letters">
      <div class="tools">
        <h2>
          Dead letters
          {list.value !== null && <span class="label">{`${count(list.value.counts.open)} open`}</span>}
        </h2>
        <LetterFilters />
      </div>
      <Poisons />
      {failure.value !== null && (
        <p class="empty" role="alert">
          <span class="bad">{failure.value}</span> The pipeline goes on.{' '}
          <button type="button" onClick={() => void letters.load(filter, page.value)}>
            Retry
          </button>
        </p>
      )}
      <LetterTable list={list.value} />
      {list.value !== null && list.value.content.length === 0 && failure.value === null && <Empty list={list.value} />}
      <Pages list={list.value} page={page} />
    </section>
  )
}

/** Changes when the feed brings a dead letter, and when the server comes back. */
function useNews(): string {
  const { frames, store, system } = useApp()
  void frames.quarter.value
  const newest = store.deadLetters[0]
  return `${newest === undefined ? '' : `${newest.topic}/${newest.p}/${newest.o}`} ${system.value?.phase ?? ''}`
}

function LetterTable({ list }: { readonly list: LetterPage | null }): JSX.Element {
  return (
    <div class="scroller">
      <table>
        <thead>
          <tr>
            <th scope="col" class="c-when">
              Refused
            </th>
            <th scope="col" class="c-key">
              Key
            </th>
            <th scope="col" class="c-reason">
              Reason
            </th>
            <th scope="col" class="c-class">
              Class
            </th>
            <th scope="col" class="c-state">
              State
            </th>
          </tr>
        </thead>
        <tbody>
          {list?.content.map((letter) => (
            <Row key={pathOf(letter.at)} letter={letter} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Row({ letter }: { readonly letter: Letter }): JSX.Element {
  const { navigation } = useApp()
  return (
    <tr class="row">
      <th scope="row" class="c-when">
        <PageLink view={{ ...navigation.view.value, letter: letter.at }}>{time(letter.refusedAt)}</PageLink>
      </th>
      <td class="c-key">
        <bdi>{letter.key ?? 'none'}</bdi>
      </td>
      <td class="c-reason" title={letter.reason}>
        <bdi>{letter.reason}</bdi>
      </td>
      <td class="c-class">{classWords[letter.class]}</td>
      <td class={`c-state l-${letter.state}`}>{stateWords[letter.state]}</td>
    </tr>
  )
}

function Empty({ list: { counts } }: { readonly list: LetterPage }): JSX.Element {
  const { commands, system } = useApp()
  if (counts.all > 0) return <p class="empty">{`None matches. ${counted(counts.all, 'letter')} without the filter.`}</p>
  if (system.value?.allows.poison !== true) return <p class="empty">Nothing was refused.</p>
  return (
    <p class="empty">
      Nothing was refused. Send a broken record and see.{' '}
      <button type="button" onClick={() => void commands.poison()}>
        Send a broken record
      </button>
    </p>
  )
}

function Pages({ list, page }: { readonly list: LetterPage | null; readonly page: Signal<number> }): JSX.Element | null {
  if (list === null || list.page.totalPages < 2) return null
  const last = list.page.totalPages - 1
  return (
    <div class="tools pages">
      <span class="label">{`Page ${count(page.value + 1)} of ${count(last + 1)}, ${counted(list.page.totalElements, 'letter')}`}</span>
      <button type="button" aria-disabled={page.value === 0} onClick={() => (page.value = Math.max(0, page.value - 1))}>
        Newer
      </button>
      <button type="button" aria-disabled={page.value >= last} onClick={() => (page.value = Math.min(last, page.value + 1))}>
        Older
      </button>
    </div>
  )
}

/** The row that has the focus hands it to the next one. */
function moveFocus(by: number): void {
  const links = [...document.querySelectorAll<HTMLAnchorElement>('.letters tbody a')]
  const now = links.findIndex((link) => link === document.activeElement)
  links[Math.min(links.length - 1, Math.max(0, now < 0 ? 0 : now + by))]?.focus()
}
