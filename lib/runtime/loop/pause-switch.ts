/** Tells threads whether the application is paused (KIP-834). When a thread is replaced, the next one uses the same switch. */
export class PauseSwitch {
  #isPaused = false
  #onResume: () => void = () => undefined

  get isPaused(): boolean {
    return this.#isPaused
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    this.#onResume()
  }

  /** Lets each `resume` call `wake` of this thread, instead of that of the thread before. */
  connect(wake: () => void): void {
    this.#onResume = wake
  }
}
