/** `running`: all assigned tasks process. `rebalancing`: a rebalance of the group, or a restore, is under way. */
export type ThreadState = 'rebalancing' | 'running'

/** Tells the application in which state its thread is, once for each change. */
export class StatePublisher {
  readonly #onStateChange: (state: ThreadState) => void
  #state: ThreadState = 'rebalancing'

  constructor(onStateChange: (state: ThreadState) => void) {
    this.#onStateChange = onStateChange
  }

  publish(state: ThreadState): void {
    if (state === this.#state) return
    this.#state = state
    this.#onStateChange(state)
  }
}
