import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { JSX } from 'preact'
import { useApp } from '../app/app.ts'
import type { App } from '../app/app.ts'
import { counted } from '../words/numbers.ts'
import { isDone, stepsOf } from './tour.ts'
import type { Step, StepAction, TourFacts } from './tour.ts'

interface Tour {
  /** Null: no tour. */
  readonly step: Step | null
  readonly index: number
  readonly count: number
  readonly facts: TourFacts
  readonly begin: () => void
  readonly next: () => void
  readonly end: () => void
}

/** How things stood when the step began: only what happens afterwards counts. */
interface Start {
  readonly own: string | null
  readonly rename: string | null
  readonly kills: number
  readonly deadLetters: string | null
}

const index = signal(0)
const start = signal<Start | null>(null)
/** A wipe has been seen at work: an application was restoring. */
const wasRestoring = signal(false)
const shownMs = 4_000

export function useTour(): Tour {
  const app = useApp()
  const isOver = app.preferences.tourIsOver.value
  const steps = stepsOf(app.system.value)
  const step = isOver || app.system.value === null ? null : (steps[index.value] ?? null)
  start.value ??= startOf(app)
  if (app.system.value?.phase === 'restoring') wasRestoring.value = true
  const facts = factsOf(app, start.value)
  const show = (next: number): void => {
    index.value = next
    // The transfer of the first step is what the second one waits for.
    start.value = { ...startOf(app), own: steps[next]?.name === 'table' ? (start.value?.own ?? null) : startOf(app).own }
    wasRestoring.value = false
    if (next >= steps.length) app.preferences.endTour()
  }
  const end = (): void => {
    app.preferences.endTour()
    index.value = 0
    start.value = null
  }
  const begin = (): void => {
    show(0)
    app.preferences.beginTour()
  }
  const done = step !== null && isDone(step.name, facts)
  useEffect(() => {
    if (!done) return
    const timer = setTimeout(() => show(index.value + 1), shownMs)
    return () => clearTimeout(timer)
  }, [done, step?.name])
  return { step, index: index.value, count: steps.length, facts, begin, next: () => show(index.value + 1), end }
}

const labels: Readonly<Record<StepAction, (name: string) => string>> = {
  send: () => 'Send 10.00',
  rename: (name) => `Rename ${name}`,
  wipe: () => 'Delete the enricher’s state',
  kill: () => 'Kill −9',
  poison: () => 'Send a broken record',
}

interface TourStepProps {
  readonly tour: Tour
  readonly step: Step
}

export function TourWords({ tour, step }: TourStepProps): JSX.Element {
  const app = useApp()
  const text = isDone(step.name, tour.facts) ? outcome(app, step) : step.sentence
  return (
    <div class="words" data-step={step.name}>
      <h1>{step.title}</h1>
      <p>
        {text} <span class="muted">{`Step ${tour.index + 1} of ${tour.count}.`}</span>
      </p>
    </div>
  )
}

export function TourButtons({ tour, step }: TourStepProps): JSX.Element {
  const app = useApp()
  const isLast = tour.index + 1 === tour.count
  return (
    <>
      {step.action !== null && (
        <button type="button" class="primary" onClick={() => act(app, step.action!)}>
          {labels[step.action](bruno(app)?.name ?? 'a user')}
        </button>
      )}
      {!isLast && (
        <button type="button" onClick={tour.next}>
          {isDone(step.name, tour.facts) ? 'Next' : 'Skip'}
        </button>
      )}
      <button type="button" class="plain" onClick={tour.end}>
        End tour
      </button>
    </>
  )
}

function act(app: App, action: StepAction): void {
  const [from, to] = [...app.store.users.ids]
  const user = bruno(app)
  if (action === 'send' && from !== undefined && to !== undefined) app.writes.transfer(from, to, '10.00')
  if (action === 'rename' && user !== null) app.writes.renameUser(user.id, otherName(user.name), null)
  if (action === 'wipe') void app.commands.wipe()
  if (action === 'kill') void app.commands.kill()
  if (action === 'poison') void app.commands.poison()
}

/** What the step has shown, with its figures. */
function outcome(app: App, { name }: Step): string {
  const own = app.writes.own.value
  const status = own === null || own.id === null ? undefined : app.store.transfers.get(own.id)?.value?.status
  const rename = app.writes.rename.value
  switch (name) {
    case 'stream':
      return own?.ms === null || own === null
        ? 'Here it is.'
        : `Transfer ${own.id} came ${Math.round(own.ms)} ms after you sent it.`
    case 'table':
      return `Row ${own?.id ?? ''} is ${status ?? 'settled'}: the same key, a newer record.`
    case 'join': {
      const { mine, others } = app.store.emissions.of(rename?.cause ?? '', rename?.userId ?? 0)
      return `${counted(mine, 'row')}, ${others} others. A stream join: 0.`
    }
    case 'changelog':
      return 'It filled from its topic, and every row is as before.'
    case 'crash':
      return `Missing ${app.store.missing}. Repeated ${app.store.repeated}.`
    case 'poison':
      return `${app.store.deadLetters[0]?.value?.reason ?? 'It was refused'}. The others went on.`
  }
}

function factsOf(app: App, since: Start): TourFacts {
  void app.frames.quarter.value
  const own = app.writes.own.value
  const isNew = own !== null && own.key !== since.own
  const rename = app.writes.rename.value
  const emission = rename === null || rename.cause === null ? null : app.store.emissions.of(rename.cause, rename.userId)
  const phase = app.system.value?.phase
  const isUp = phase === 'running' || phase === 'recovered' || phase === 'paused'
  return {
    own: !isNew ? 'none' : own.state === 'acknowledged' ? 'sent' : own.state,
    renamed: rename !== null && rename.key !== since.rename && emission !== null && emission.mine > 0,
    restored: wasRestoring.value && isUp,
    recovered: (app.system.value?.outage?.count ?? 0) > since.kills && isUp,
    refused: newestDeadLetter(app) !== since.deadLetters,
  }
}

function startOf(app: App): Start {
  return {
    own: app.writes.own.value?.key ?? null,
    rename: app.writes.rename.value?.key ?? null,
    kills: app.system.value?.outage?.count ?? 0,
    deadLetters: newestDeadLetter(app),
  }
}

function newestDeadLetter({ store }: App): string | null {
  const [newest] = store.deadLetters
  return newest === undefined ? null : `${newest.topic}/${newest.p}/${newest.o}`
}

/** The receiver of the first transfer. */
function bruno({ store }: App): { readonly id: number; readonly name: string } | null {
  const id = store.users.ids[1]
  return id === undefined ? null : (store.users.get(id)?.value ?? null)
}

/** Renamed, and at the next time back again. */
function otherName(name: string): string {
  return name.endsWith(' Costa') ? name.slice(0, -' Costa'.length) : `${name} Costa`
}
