import type { JSX } from 'preact'
import { useApp } from '../app/app.ts'
import type { App } from '../app/app.ts'
import { counted } from '../words/numbers.ts'
import type { TourView } from './tour-state.ts'
import type { Step, StepAction } from './tour.ts'

const labels: Readonly<Record<StepAction, (name: string) => string>> = {
  send: () => 'Send 10.00',
  rename: (name) => `Rename ${name}`,
  wipe: () => 'Delete the enricher’s state',
  kill: () => 'Kill −9',
  poison: () => 'Send a broken record',
}

export function TourWords({ step, index, count, isDone }: TourView): JSX.Element {
  const app = useApp()
  void app.frames.quarter.value
  return (
    <div class="words" data-step={step.name}>
      <h1>{step.title}</h1>
      <p>
        {isDone ? outcome(app, step) : step.sentence} <span class="muted">{`Step ${index + 1} of ${count}.`}</span>
      </p>
    </div>
  )
}

export function TourButtons({ step, index, count, isDone }: TourView): JSX.Element {
  const app = useApp()
  return (
    <>
      {step.action !== null && (
        <button type="button" class="primary" onClick={() => act(app, step.action!)}>
          {labels[step.action](bruno(app)?.name ?? 'a user')}
        </button>
      )}
      {index + 1 < count && (
        <button type="button" onClick={() => app.tour.next()}>
          {isDone ? 'Next' : 'Skip'}
        </button>
      )}
      <button type="button" class="plain" onClick={() => app.tour.end()}>
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
      return `${(app.store.deadLetters[0]?.value?.reason ?? 'It was refused').replace(/\.$/, '')}. The others went on.`
  }
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
