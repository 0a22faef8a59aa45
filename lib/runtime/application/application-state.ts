import type { StreamsConfig, StreamsState } from '../streams-config.ts'

/** The state of an application, and its end as a promise. `error` and `not-running` are final. */
export class ApplicationState {
  readonly #onChange: StreamsConfig['onStateChange']
  readonly #end = Promise.withResolvers<void>()
  #current: StreamsState = 'created'
  #isEndAwaited = false

  constructor(onChange: StreamsConfig['onStateChange']) {
    this.#onChange = onChange
    this.#end.promise.catch(() => undefined)
  }

  get current(): StreamsState {
    return this.#current
  }

  /** True from `start` until the application closes or fails. */
  get isAlive(): boolean {
    return this.#current === 'rebalancing' || this.#current === 'running'
  }

  get isOver(): boolean {
    return this.#current === 'error' || this.#current === 'not-running'
  }

  /** True once `closed` was called: somebody hears of the end. */
  get isEndAwaited(): boolean {
    return this.#isEndAwaited
  }

  /** Returns a new promise on each call. A caller that does not handle its rejection causes an unhandled rejection. */
  closed(): Promise<void> {
    this.#isEndAwaited = true
    return this.#end.promise.then(() => undefined)
  }

  set(state: StreamsState): void {
    const previous = this.#current
    if (previous === state || this.isOver) return
    this.#current = state
    this.#onChange?.(state, previous)
    if (state === 'not-running') this.#end.resolve()
  }

  /** Ends the application in the state `error`: `closed` rejects with `failure`. */
  fail(failure: unknown): void {
    this.set('error')
    this.#end.reject(failure)
  }
}
