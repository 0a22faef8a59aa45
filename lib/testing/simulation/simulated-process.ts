import type { Clock, Timer } from '../../clock/clock.ts'
import type { Owner, World } from './world.ts'

/** When a process is killed, in regard to the effect of a call of a port. */
export type CrashPoint = 'before' | 'after'

interface PlannedCrash {
  readonly point: CrashPoint
  /** Only calls of this name count. Null: all do. */
  readonly call: string | null
  /** The process is killed at this many calls from now. */
  callsLeft: number
  readonly onCrash: (call: string) => void
  /** Counting begins behind this call. */
  behind: string | undefined
}

/**
 * A process of a simulation, as far as the world sees it. What is due for it waits while it is busy or stopped, and is gone when it
 * is dead. A call of a dead process has no effect and no answer.
 */
export class SimulatedProcess implements Owner {
  readonly name: string
  readonly clock: Clock
  readonly #world: World
  readonly #timers = new Set<Timer>()
  readonly #open = new Map<string, number>()
  /** Whether its application has been told to close. */
  isClosing = false
  #busyUntil = 0
  #isDead = false
  #skewMs = 0
  #crash: PlannedCrash | null = null

  constructor(name: string, world: World) {
    this.name = name
    this.#world = world
    this.clock = {
      now: () => Math.floor(this.#localNow) + this.#skewMs,
      monotonic: () => this.#localNow - this.#world.startMs,
      schedule: (delayMs, callback) => this.#schedule(delayMs, callback),
      yield: () => new Promise((resolve) => void world.schedule(0, this, `${name} yields`, resolve)),
    }
  }

  get freeAt(): number {
    return this.#isDead ? Infinity : this.#busyUntil
  }

  get isDead(): boolean {
    return this.#isDead
  }

  /** Timers that have neither fired nor been cancelled. */
  get liveTimers(): number {
    return this.#timers.size
  }

  /** What this process has opened and not closed, e.g. `fetcher`. */
  get openThings(): readonly string[] {
    return [...this.#open].flatMap(([what, count]) => (count > 0 ? [`${what} × ${count}`] : []))
  }

  opened(what: string): void {
    this.#open.set(what, (this.#open.get(what) ?? 0) + 1)
  }

  closed(what: string): void {
    this.#open.set(what, (this.#open.get(what) ?? 0) - 1)
  }

  /** Uses time of the processor: the clock goes on, and whatever is due for this process waits. */
  spend(ms: number): void {
    this.#busyUntil = this.#localNow + ms
  }

  /** SIGSTOP and, after this long, SIGCONT. */
  stop(ms: number): void {
    this.#busyUntil = Math.max(this.#busyUntil, this.#world.now + ms)
  }

  /** Sets the wall clock. */
  jump(ms: number): void {
    this.#skewMs += ms
  }

  /** SIGKILL. */
  kill(): void {
    this.#isDead = true
  }

  /** Kills the process at one of its next calls; with `behind`, at one that follows a call of that name. */
  killAt(
    at: { readonly point: CrashPoint; readonly call: string | null; readonly calls: number; readonly behind?: string },
    onCrash: (call: string) => void,
  ): void {
    const { point, call, calls, behind } = at
    this.#crash = { point, call, callsLeft: calls, behind, onCrash }
  }

  /** A planned kill that has not come yet does not come. */
  spare(): void {
    this.#crash = null
  }

  /** Whether the process has been killed at this point of a call, now or before. */
  crashesAt(point: CrashPoint, call: string): boolean {
    if (this.#isDead) return true
    const crash = this.#crash
    if (crash?.behind !== undefined) {
      if (crash.behind === call && point === 'after') crash.behind = undefined
      return false
    }
    if (crash?.point !== point || (crash.call !== null && crash.call !== call) || --crash.callsLeft > 0) return false
    this.#isDead = true
    this.#world.note(`${this.name} is killed ${point} ${call}`)
    crash.onCrash(call)
    return true
  }

  get #localNow(): number {
    return Math.max(this.#world.now, this.#busyUntil)
  }

  #schedule(delayMs: number, callback: () => void): Timer {
    if (this.#isDead) return { cancel: () => undefined }
    const timer: Timer = { cancel: () => void (scheduled.cancel(), this.#timers.delete(timer)) }
    const scheduled = this.#world.schedule(this.#localNow - this.#world.now + delayMs, this, `${this.name} timer`, () => {
      this.#timers.delete(timer)
      callback()
    })
    this.#timers.add(timer)
    return timer
  }
}
