import type { Clock } from '../../clock/clock.ts'
import type { MemoryBudget } from '../../model/memory-budget.ts'
import type { Logger } from '../logger.ts'

const logIntervalMs = 10_000

export interface MemoryGateOptions {
  readonly memory: MemoryBudget
  readonly clock: Pick<Clock, 'monotonic'>
  readonly logger: Logger
}

/** Lets input in while the application may hold more memory. While it may not, the log says every 10 s who holds it. */
export class MemoryGate {
  readonly #options: MemoryGateOptions
  #loggedMs = -Infinity

  constructor(options: MemoryGateOptions) {
    this.#options = options
  }

  /** Whether the next fetch may be sent. */
  isOpen(): boolean {
    if (!this.#options.memory.isSpent) return true
    this.#log()
    return false
  }

  #log(): void {
    const { memory, clock, logger } = this.#options
    if (clock.monotonic() - this.#loggedMs < logIntervalMs) return
    this.#loggedMs = clock.monotonic()
    const { held, maxBytes } = memory
    const list = Object.entries(held).map(([what, bytes]) => `${what} ${bytes}`)
    const message =
      `Input waits, because the application holds as much memory as it may (memoryMaxBytes: ${maxBytes}), in bytes: ${list.join(', ')}. ` +
      'If this does not pass by itself, keep stores on disk, raise memoryMaxBytes, or start more instances.'
    logger.warn(message, { memoryMaxBytes: maxBytes, held })
  }
}
