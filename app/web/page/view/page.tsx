import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { JSX } from 'preact'
import { useApp } from '../app/app.ts'
import { later } from '../frame/later.tsx'
import { HeadlineLine } from '../headline/headline-line.tsx'
import type { TableHands } from '../table/rows-table.tsx'
import { KeyReader } from './keys.ts'
import type { KeyCommand } from './keys.ts'
import { LivePage } from './live-page.tsx'
import { RecordsPage } from './records-page.tsx'
import { TopBar } from './top-bar.tsx'
import { live } from './view.ts'

const LettersPage = later(async () => (await import('../letters/letters-page.tsx')).LettersPage)
const KeysPanel = later(async () => (await import('../panel/keys-panel.tsx')).KeysPanel)
const GraphPage = later(async () => (await import('../graph/graph-page.tsx')).GraphPage)
const ContractsPage = later(async () => (await import('../contracts/contracts-page.tsx')).ContractsPage)
const HoursPage = later(async () => (await import('../hours/hours-page.tsx')).HoursPage)
const OperatePage = later(async () => (await import('../operate/operate-page.tsx')).OperatePage)
const RecordPanel = later(async () => (await import('../panel/record-panel.tsx')).RecordPanel)
const HistoryPage = later(async () => (await import('../history/history-page.tsx')).HistoryPage)
const LetterPanel = later(async () => (await import('../letters/letter-panel.tsx')).LetterPanel)

export function Page(): JSX.Element {
  const { navigation, system, feedStatus } = useApp()
  const hands = useSignal<TableHands | null>(null)
  const showsKeys = useSignal(false)
  const { page, rec, letter, history } = navigation.view.value
  const phase = feedStatus.value.kind === 'offline' ? 'offline' : (system.value?.phase ?? 'starting')
  useReturnOfFocus(rec !== null || letter !== null || showsKeys.value)
  useKeys(useActions(hands, showsKeys))
  return (
    <div class={`page ${phase}`}>
      <TopBar onKeys={() => (showsKeys.value = !showsKeys.value)} />
      <main>
        <HeadlineLine />
        {page === 'live' && <LivePage hands={hands} />}
        {page === 'records' &&
          (history === null ? (
            <RecordsPage hands={hands} />
          ) : (
            <HistoryPage key={`${history.kind} ${history.id}`} row={history} hands={hands} />
          ))}
        {page === 'graph' && <GraphPage />}
        {page === 'operate' && <OperatePage />}
        {page === 'hours' && <HoursPage />}
        {page === 'contracts' && <ContractsPage />}
        {page === 'dead-letters' && <LettersPage hands={hands} />}
      </main>
      {rec !== null && <RecordPanel address={rec} />}
      {letter !== null && <LetterPanel address={letter} />}
      {showsKeys.value && <KeysPanel onClose={() => (showsKeys.value = false)} />}
    </div>
  )
}

function useActions(hands: { readonly value: TableHands | null }, showsKeys: { value: boolean }): (command: KeyCommand) => void {
  const { commands, isFrozen, navigation, system } = useApp()
  return (command) => {
    switch (command) {
      case 'filter':
        if (navigation.view.value.page === 'live') navigation.go({ ...live, page: 'records' })
        return focusSoon('filter')
      case 'transfer':
        if (navigation.view.value.page !== 'live') navigation.go(live)
        return focusSoon('from')
      case 'user':
        if (navigation.view.value.page !== 'live') navigation.go(live)
        commands.isAddingUser.value = true
        return
      case 'generator':
        if (system.value?.allows.generator === true) void commands.generator({ running: !system.value.generator.running })
        return
      case 'freeze':
        isFrozen.value = !isFrozen.value
        return
      case 'down':
        return hands.value?.move(1)
      case 'up':
        return hands.value?.move(-1)
      case 'keys':
        showsKeys.value = !showsKeys.value
        return
      case 'close':
        if (showsKeys.value) showsKeys.value = false
        else navigation.go({ rec: null, letter: null })
        return
      default:
        navigation.go({ ...live, page: command })
    }
  }
}

/** The page that holds it may come with the next frame. */
function focusSoon(id: string): void {
  requestAnimationFrame(() => requestAnimationFrame(() => document.getElementById(id)?.focus()))
}

function useKeys(onCommand: (command: KeyCommand) => void): void {
  const { preferences } = useApp()
  const newest = useRef(onCommand)
  newest.current = onCommand
  useEffect(() => {
    const reader = new KeyReader()
    const read = (event: KeyboardEvent): void => {
      if (!preferences.keys.value && event.key !== 'Escape') return
      const hasModifier = event.ctrlKey || event.altKey || event.metaKey
      const command = reader.read({ key: event.key, at: event.timeStamp, hasModifier, isTyping: isTyping(event.target) })
      if (command === null) return
      if (command !== 'close') event.preventDefault()
      newest.current(command)
    }
    addEventListener('keydown', read)
    return () => removeEventListener('keydown', read)
  }, [])
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, select, textarea, [contenteditable]') !== null
}

/** What had the focus before a panel opened gets it back. */
function useReturnOfFocus(isOpen: boolean): void {
  const before = useRef<Element | null>(null)
  const wasOpen = useRef(false)
  if (isOpen && !wasOpen.current) before.current = document.activeElement
  useEffect(() => {
    if (!isOpen && wasOpen.current && before.current instanceof HTMLElement) before.current.focus({ preventScroll: true })
    wasOpen.current = isOpen
  }, [isOpen])
}
