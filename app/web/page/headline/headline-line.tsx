import { useEffect, useRef } from 'preact/hooks'
import type { JSX } from 'preact'
import { useApp } from '../app/app.ts'
import type { App } from '../app/app.ts'
import { TourButtons, TourWords } from '../tour/tour-step.tsx'
import { pages } from '../view/pages.ts'
import { live } from '../view/view.ts'
import type { View } from '../view/view.ts'
import { count } from '../words/numbers.ts'
import { headline } from './headline.ts'
import type { Headline } from './headline.ts'

/** The one line above all: the state of the pipeline, or a step of the tour in its place. */
export function HeadlineLine(): JSX.Element {
  const app = useApp()
  const { page } = app.navigation.view.value
  const isOnLive = page === 'live'
  // Ages are told in seconds: they are read again with the numbers of the page.
  void app.frames.quarter.value
  const line = headline(factsOf(app))
  // The state of the pipeline goes before the tour: in its fifth step the kill has the word.
  const step = isOnLive && (line.state === 'running' || line.state === 'paused') ? app.tour.view.value : null
  return (
    <div class="headline" data-state={line.state}>
      {step === null ? <Words line={line} page={page} /> : <TourWords {...step} />}
      <Actions line={line}>
        {step === null ? <Invitation line={line} onTour={() => beginTour(app)} /> : <TourButtons {...step} />}
      </Actions>
      <Announcement line={line} />
    </div>
  )
}

/** The tour is about what Live shows. */
function beginTour({ navigation, tour }: App): void {
  navigation.go(live)
  tour.begin()
}

function Words({ line, page }: { readonly line: Headline; readonly page: View['page'] }): JSX.Element {
  const { commands } = useApp()
  const isCalm = line.state === 'running' || line.state === 'paused'
  const own = isCalm && page !== 'live' ? pages[page] : null
  const isException = line.state === 'killed' || line.state === 'offline'
  return (
    <div class="words">
      <h1 class={isException ? 'bad' : undefined}>
        <bdi>{own?.title ?? line.title}</bdi>
      </h1>
      <p>{own?.calm ?? line.sentence}</p>
      {commands.failure.value !== null && (
        <p class="error failed" role="alert">
          {commands.failure.value}
        </p>
      )}
    </div>
  )
}

interface ActionsProps {
  readonly line: Headline
  readonly children: JSX.Element
}

function Actions({ line, children }: ActionsProps): JSX.Element {
  const app = useApp()
  const { allows, generator } = app.system.value ?? {}
  if (line.state === 'offline')
    return (
      <div class="actions">
        <button type="button" class="primary" onClick={() => app.feed.tryNow()}>
          Try now
        </button>
      </div>
    )
  return (
    <div class="actions">
      {children}
      {allows?.generator === true && generator !== undefined && <GeneratorControl />}
      {allows?.kill === true && (
        <button
          type="button"
          class="danger"
          aria-disabled={line.state === 'killed'}
          onClick={() => void (line.state === 'killed' || app.commands.kill())}
        >
          Kill −9
        </button>
      )}
    </div>
  )
}

/** Sends what the headline says, or shows around. */
function Invitation({ line, onTour }: { readonly line: Headline; readonly onTour: () => void }): JSX.Element | null {
  const { store, writes } = useApp()
  const [from, to] = [...store.users.ids]
  if (line.state !== 'running' && line.state !== 'paused') return null
  return (
    <>
      {line.state === 'running' && from !== undefined && to !== undefined && (
        <button type="button" class="primary" onClick={() => writes.transfer(from, to, '10.00')}>
          Send 10.00
        </button>
      )}
      <button type="button" class="plain" onClick={onTour}>
        Tour
      </button>
    </>
  )
}

const rates = [1, 10, 100, 1_000]

function GeneratorControl(): JSX.Element {
  const { commands, system } = useApp()
  const { running, rate } = system.value!.generator
  const shown = rates.includes(rate) ? rates : [...rates, rate].toSorted((left, right) => left - right)
  return (
    <>
      <label>
        <span class="visually-hidden">Transfers a second of the generator</span>
        <select value={String(rate)} onChange={(event) => void commands.generator({ rate: Number(event.currentTarget.value) })}>
          {shown.map((each) => (
            <option key={each} value={String(each)}>
              {count(each)}/s
            </option>
          ))}
        </select>
      </label>
      <button type="button" onClick={() => void commands.generator({ running: !running })}>
        {running ? 'Pause' : 'Go on'}
      </button>
    </>
  )
}

/** Says a new state once to those who hear the page, and not its ages four times a second. */
function Announcement({ line }: { readonly line: Headline }): JSX.Element {
  const element = useRef<HTMLParagraphElement>(null)
  useEffect(() => {
    element.current!.textContent = `${line.title}. ${line.sentence}`
  }, [line.state])
  return <p ref={element} class="visually-hidden" role="status" />
}

function factsOf(app: App): Parameters<typeof headline>[0] {
  const [from, to] = [...app.store.users.ids].map((id) => app.store.users.get(id)?.value?.name)
  return {
    system: app.system.value,
    feed: app.feedStatus.value,
    reset: app.reset.value,
    serverNow: app.store.serverNow,
    now: app.now(),
    pending: app.writes.pending.value.length,
    missing: app.store.missing,
    names: [from ?? 'Amara', to ?? 'Bruno'],
  }
}
