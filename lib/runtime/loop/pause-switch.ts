/** Whether an application pauses (KIP-834). One switch lasts longer than the threads that look at it. */
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

  /** `wake` is called at each `resume`, in the place of the thread before. */
  connect(wake: () => void): void {
    this.#onResume = wake
  }
}
