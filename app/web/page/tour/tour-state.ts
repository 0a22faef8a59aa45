import { signal } from '@preact/signals'
import type { Signal } from '@preact/signals'
import type { System } from '../../../contracts/feed.ts'
import { isCalm } from '../headline/headline.ts'
import type { Own, Rename } from '../app/writes.ts'
import type { PageStore } from '../store/page-store.ts'
import { isDone, stepsOf } from './tour.ts'
import type { Step, TourFacts } from './tour.ts'

/** How long the outcome of a step stays, before the next one takes its place. */
const shownMs = 4_000

/** How things stood when the step began: only what happens afterwards counts. */
interface Start {
  readonly own: string | null
  readonly rename: string | null
  readonly kills: number
  readonly deadLetter: string | null
}

/** The reader's own writes. */
export interface OwnWrites {
  readonly own: Signal<Own | null>
  readonly rename: Signal<Rename | null>
}

/** Whether the reader has had the tour. */
export interface TourMemory {
  readonly tourIsOver: Signal<boolean>
  beginTour(): void
  endTour(): void
}

export interface TourView {
  readonly step: Step
  /** From 0. */
  readonly index: number
  readonly count: number
  readonly isDone: boolean
}

/** Where the reader is in the tour. It goes on by what happens, or by a click; it never stands in the way. */
export class TourState {
  /** Null: no tour. */
  readonly view: Signal<TourView | null> = signal(null)
  readonly #store: PageStore
  readonly #writes: OwnWrites
  readonly #memory: TourMemory
  #index = 0
  #start: Start | null = null
  #wasRestoring = false
  #doneAt: number | null = null

  constructor(store: PageStore, writes: OwnWrites, memory: TourMemory) {
    this.#store = store
    this.#writes = writes
    this.#memory = memory
  }

  begin(): void {
    this.#go(0)
    this.#memory.beginTour()
    this.look(performance.now())
  }

  next(): void {
    this.#go(this.#index + 1)
    this.look(performance.now())
  }

  end(): void {
    this.#go(0)
    this.#memory.endTour()
    this.view.value = null
  }

  /** Called a few times a second: has what the step waits for happened? */
  look(now: number): void {
    const { system } = this.#store
    if (this.#memory.tourIsOver.value || system === null) return void (this.view.value = null)
    const steps = stepsOf(system)
    const step = steps[this.#index]
    if (step === undefined) return this.end()
    this.#start ??= this.#startNow()
    this.#wasRestoring ||= system.phase === 'restoring'
    const done = isDone(step.name, this.#factsSince(this.#start, system))
    this.#doneAt = done ? (this.#doneAt ?? now) : null
    if (this.#doneAt !== null && now - this.#doneAt >= shownMs && this.#index + 1 < steps.length) return this.next()
    this.#show({ step, index: this.#index, count: steps.length, isDone: done })
  }

  #show(view: TourView): void {
    const shown = this.view.value
    const isSame = shown?.step.name === view.step.name && shown.isDone === view.isDone && shown.count === view.count
    if (!isSame) this.view.value = view
  }

  #go(index: number): void {
    // The transfer of the first step is what the second one waits for.
    const own = index === 1 ? (this.#start?.own ?? null) : undefined
    this.#index = index
    this.#start = { ...this.#startNow(), ...(own === undefined ? {} : { own }) }
    this.#wasRestoring = false
    this.#doneAt = null
  }

  #factsSince(start: Start, system: System): TourFacts {
    const own = this.#writes.own.value
    const rename = this.#writes.rename.value
    // While the headline tells of the outage, nobody sees the outcome of the step.
    const isUp = isCalm(system, this.#store.serverNow)
    const isRenamed = rename !== null && rename.key !== start.rename && rename.cause !== null
    return {
      own: own === null || own.key === start.own ? 'none' : own.state === 'acknowledged' ? 'sent' : own.state,
      renamed: isRenamed && this.#store.emissions.of(rename.cause!, rename.userId).mine > 0,
      restored: this.#wasRestoring && isUp,
      recovered: (system.outage?.count ?? 0) > start.kills && isUp,
      refused: this.#newestDeadLetter() !== start.deadLetter,
    }
  }

  #startNow(): Start {
    return {
      own: this.#writes.own.value?.key ?? null,
      rename: this.#writes.rename.value?.key ?? null,
      kills: this.#store.system?.outage?.count ?? 0,
      deadLetter: this.#newestDeadLetter(),
    }
  }

  #newestDeadLetter(): string | null {
    const [newest] = this.#store.deadLetters
    return newest === undefined ? null : `${newest.topic}/${newest.p}/${newest.o}`
  }
}
