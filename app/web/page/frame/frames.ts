import { signal } from '@preact/signals'
import type { Signal } from '@preact/signals'

const numbersMs = 250

type Task = (now: number) => void

/** One loop of frames for the page: lanes move in each of them, numbers change at most four times a second. */
export class Frames {
  /** Grows four times a second, for what is said with its age. */
  readonly quarter: Signal<number> = signal(0)
  readonly #frame = new Set<Task>()
  readonly #numbers = new Set<Task>()
  #numbersAt = -Infinity

  start(): void {
    const step = (now: number): void => {
      for (const task of this.#frame) task(now)
      if (now - this.#numbersAt >= numbersMs) this.#count(now)
      requestAnimationFrame(step)
    }
    requestAnimationFrame(step)
  }

  /** Gives what ends it. */
  onFrame(task: Task): () => void {
    this.#frame.add(task)
    return () => void this.#frame.delete(task)
  }

  onNumbers(task: Task): () => void {
    this.#numbers.add(task)
    return () => void this.#numbers.delete(task)
  }

  #count(now: number): void {
    this.#numbersAt = now
    this.quarter.value++
    for (const task of this.#numbers) task(now)
  }
}
