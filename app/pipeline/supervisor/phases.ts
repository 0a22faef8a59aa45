import type { Outage, Phase } from '../../contracts/feed.ts'

const recoveredMs = 10_000

/** What the pipeline is doing, and since when. */
export class Phases {
  readonly #now: () => number
  readonly #onChange: () => void
  #life: 'starting' | 'up' | 'down' | 'back' = 'starting'
  #isRestoring = false
  #isPaused = false
  #outage: Outage | null = null
  #phase: Phase = 'starting'
  #since: number
  #timer: NodeJS.Timeout | undefined

  constructor(onChange: () => void, now: () => number = Date.now) {
    this.#now = now
    this.#since = now()
    this.#onChange = onChange
  }

  get phase(): Phase {
    return this.#phase
  }

  get since(): number {
    return this.#since
  }

  get outage(): Outage | null {
    return this.#outage
  }

  /** The child has ended while it should run. */
  died(deadPid: number, signal: string, waiting: number): void {
    const count = (this.#outage?.count ?? 0) + 1
    this.#outage = { deadPid, newPid: null, signal, at: this.#now(), backAt: null, recoveredAt: null, waited: waiting, count }
    this.#life = 'down'
    this.#update()
  }

  /** Another child runs; it does not answer yet. */
  reborn(newPid: number): void {
    if (this.#outage === null) return
    this.#outage = { ...this.#outage, newPid }
    this.#isRestoring = true
    this.#onChange()
  }

  /** The child answers; its stores may still be restored. */
  answers(waiting: number): void {
    if (this.#life !== 'down' || this.#outage === null) return
    this.#outage = { ...this.#outage, backAt: this.#now(), waited: waiting }
    this.#life = 'back'
    this.#update()
  }

  /** All stores are there. */
  ready(): void {
    this.#isRestoring = false
    if (this.#life === 'starting') this.#life = 'up'
    this.#update()
  }

  setPaused(isPaused: boolean): void {
    this.#isPaused = isPaused
    this.#update()
  }

  /** Nothing waits any more. */
  drained(): void {
    if (this.#life !== 'back' || this.#isRestoring || this.#outage === null) return
    this.#outage = { ...this.#outage, recoveredAt: this.#now() }
    this.#life = 'up'
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#update(), recoveredMs)
    this.#timer.unref()
    this.#update()
  }

  close(): void {
    clearTimeout(this.#timer)
  }

  #update(): void {
    const phase = this.#derive()
    if (phase !== this.#phase) [this.#phase, this.#since] = [phase, this.#now()]
    this.#onChange()
  }

  #derive(): Phase {
    if (this.#life === 'starting') return 'starting'
    if (this.#life === 'down') return 'killed'
    if (this.#life === 'back') return 'restoring'
    const recoveredAt = this.#outage?.recoveredAt ?? null
    if (recoveredAt !== null && this.#now() - recoveredAt < recoveredMs) return 'recovered'
    return this.#isPaused ? 'paused' : 'running'
  }
}
