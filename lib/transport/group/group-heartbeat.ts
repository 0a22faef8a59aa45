import type { Clock, Timer } from '../../clock/clock.ts'
import { TransportError } from '../../model/errors.ts'
import type { GroupCoordinator, GroupIdentity } from '../group-coordinator.ts'

export interface HeartbeatOptions {
  readonly coordinator: GroupCoordinator
  readonly clock: Clock
  readonly intervalMs: number
  readonly sessionTimeoutMs: number
  /** Told the coordinator's error, or null where the session is over without an answer. */
  readonly onTrouble: (error: TransportError | null) => void
}

/**
 * Keeps the session of one generation alive by timers, whatever the member's code is busy with. It reports the first error only,
 * and
 * none once it is stopped: a late answer belongs to a generation that is over.
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
    this.#aliveAtMs = options.clock.now()
    this.#next = this.#schedule()
    this.#expiry = this.#expire()
  }

  /** The coordinator has heard of the member at this time or later. */
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
    const sentAtMs = this.#options.clock.now()
    const error = await this.#options.coordinator.heartbeat(this.#identity).then(
      () => null,
      (reason: unknown) => reason,
    )
    if (this.#isStopped) return
    if (error instanceof TransportError && error.kind !== 'retriable') return this.#tell(error)
    if (error === null) this.#renew(sentAtMs)
    this.#next = this.#schedule()
  }

  /** The coordinator's session time runs from when it got the heartbeat, which is after it was sent. */
  #renew(sentAtMs: number): void {
    this.#aliveAtMs = sentAtMs
    this.#expiry.cancel()
    const leftMs = sentAtMs + this.#options.sessionTimeoutMs - this.#options.clock.now()
    this.#expiry = this.#options.clock.schedule(leftMs, () => this.#tell(null))
  }

  #tell(error: TransportError | null): void {
    this.stop()
    this.#options.onTrouble(error)
  }
}
