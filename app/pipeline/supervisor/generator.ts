import type { GeneratorChange, NewTransfer } from '../../contracts/bff.ts'
import type { Generator as GeneratorState } from '../../contracts/feed.ts'

export interface GeneratorOptions {
  /** Takes a write, and sends it until SQL has answered. */
  readonly add: (transfer: NewTransfer) => void
  readonly now?: () => number
  readonly random?: () => number
  /** A user sends at most `count` transfers within any `windowMs`, so that no velocity rule is met by accident. */
  readonly velocity: Velocity
}

export interface Velocity {
  readonly count: number
  readonly windowMs: number
}

const tickMs = 20
/** Amounts are small, but for some that the amount limit refuses. */
const largeShare = 0.02
/** What a pause of the process left undone is not made up for beyond this. */
const burstMs = 500

/** Makes transfers between the users that it knows, at a rate. */
export class Generator {
  readonly #options: GeneratorOptions
  readonly #now: () => number
  readonly #random: () => number
  #users: readonly number[] = []
  /** When each user sent, the newest `velocity.count` times. */
  readonly #sent = new Map<number, number[]>()
  #isRunning = false
  #rate = 5
  #due = 0
  #lastMs = 0
  #acknowledged = 0
  #turn = 0
  #timer: NodeJS.Timeout | undefined

  constructor(options: GeneratorOptions) {
    this.#options = options
    this.#now = options.now ?? (() => performance.now())
    this.#random = options.random ?? Math.random
  }

  get state(): GeneratorState {
    return { running: this.#isRunning, rate: this.#rate, sent: this.#acknowledged }
  }

  get hasUsers(): boolean {
    return this.#users.length > 0
  }

  setUsers(ids: readonly number[]): void {
    this.#users = ids
  }

  acknowledge(): void {
    this.#acknowledged++
  }

  change({ running, rate }: GeneratorChange): void {
    if (rate !== undefined) this.#rate = rate
    if (running === undefined || running === this.#isRunning) return
    this.#isRunning = running
    clearInterval(this.#timer)
    if (!running) return
    ;[this.#lastMs, this.#due] = [this.#now(), 0]
    this.#timer = setInterval(() => this.tick(), tickMs)
  }

  close(): void {
    clearInterval(this.#timer)
    this.#isRunning = false
  }

  /** Makes what is due by now. */
  tick(): void {
    const now = this.#now()
    const sinceMs = Math.min(now - this.#lastMs, burstMs)
    this.#lastMs = now
    this.#due += (sinceMs * this.#rate) / 1000
    while (this.#due >= 1) {
      this.#due--
      const transfer = this.#next(now)
      if (transfer !== null) this.#options.add(transfer)
    }
  }

  #next(now: number): NewTransfer | null {
    const from = this.#sender(now)
    if (from === null) return null
    const others = this.#users.length - 1
    const index = this.#users.indexOf(from)
    const to = this.#users[(index + 1 + Math.floor(this.#random() * others)) % this.#users.length]!
    return { fromUserId: from, toUserId: to, amount: this.#amount() }
  }

  /** The next user in turn who may send now; null if nobody may. */
  #sender(now: number): number | null {
    if (this.#users.length < 2) return null
    const { count, windowMs } = this.#options.velocity
    for (let tries = 0; tries < this.#users.length; tries++) {
      const user = this.#users[this.#turn++ % this.#users.length]!
      const times = this.#sent.get(user) ?? []
      if (times.length >= count && times[0]! > now - windowMs) continue
      this.#sent.set(user, [...times, now].slice(-count))
      return user
    }
    return null
  }

  #amount(): string {
    const cents = this.#random() < largeShare ? 1_100_000 + this.#random() * 900_000 : 100 + this.#random() * 19_900
    const whole = Math.floor(cents)
    return `${Math.floor(whole / 100)}.${String(whole % 100).padStart(2, '0')}`
  }
}
