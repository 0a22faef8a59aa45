import type { Clock, Timer } from '../../clock/clock.ts'
import { TransportError } from '../../model/errors.ts'
import type { GroupCoordinator, GroupIdentity } from '../group-coordinator.ts'

export interface HeartbeatOptions {
  readonly coordinator: GroupCoordinator
  readonly clock: Clock
  readonly intervalMs: number
  readonly sessionTimeoutMs: number
  /** Called with the coordinator's error, or with null if the session has timed out without an answer. */
  readonly onTrouble: (error: TransportError | null) => void
}

/**
 * Sends the heartbeats of one generation by timers, also while the member's own code is busy. REBALANCE_IN_PROGRESS is told each
 * time, and the heartbeats go on: the session must live until the member joins again. Any other error is told once, and is the last.
 * A stopped heartbeat reports nothing, because a late answer belongs to a generation that is over.
 */
export class GroupHeartbeat {
  readonly #options: HeartbeatOptions
  readonly #identity: GroupIdentity
  #next: Timer
  #expiry: Timer
  #aliveAtMs: number
  #isStopped = false

  constructor(identity: GroupIdentity, options: HeartbeatOptions) {
    this.#identity = identity
    this.#options = options
    this.#aliveAtMs = options.clock.monotonic()
    this.#next = this.#schedule()
    this.#expiry = this.#expire()
  }

  /** A lower bound: the coordinator got the last heartbeat at this time or later. */
  get aliveAtMs(): number {
    return this.#aliveAtMs
  }

  stop(): void {
    this.#isStopped = true
    this.#next.cancel()
    this.#expiry.cancel()
  }

  #schedule(): Timer {
    return this.#options.clock.schedule(this.#options.intervalMs, () => void this.#beat())
  }

  #expire(): Timer {
    return this.#options.clock.schedule(this.#options.sessionTimeoutMs, () => this.#tell(null))
  }

  async #beat(): Promise<void> {
    const sentAtMs = this.#options.clock.monotonic()
    const error = await this.#options.coordinator.heartbeat(this.#identity).then(
      () => null,
      (reason: unknown) => reason,
    )
    if (this.#isStopped) return
    const isRebalance = error instanceof TransportError && error.kind === 'rebalance'
    if (isRebalance) this.#options.onTrouble(error)
    else if (error instanceof TransportError && error.kind !== 'retriable') return this.#tell(error)
    if (error === null || isRebalance) this.#renew(sentAtMs)
    this.#next = this.#schedule()
  }

  /**
   * Restarts the session timeout at the time of sending. The coordinator's own timeout starts later, when the heartbeat arrives.
   */
  #renew(sentAtMs: number): void {
    this.#aliveAtMs = sentAtMs
    this.#expiry.cancel()
    const leftMs = sentAtMs + this.#options.sessionTimeoutMs - this.#options.clock.monotonic()
    this.#expiry = this.#options.clock.schedule(leftMs, () => this.#tell(null))
  }

  #tell(error: TransportError | null): void {
    this.stop()
    this.#options.onTrouble(error)
  }
}
