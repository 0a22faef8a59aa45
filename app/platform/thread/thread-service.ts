import type { Service } from '../service.ts'
import type { FromWorker } from './messages.ts'

/** A service that runs in another thread, as far as that has told of it. */
export class ThreadService {
  readonly #askToClose: () => void
  readonly #started = Promise.withResolvers<Service>()
  readonly #ready = Promise.withResolvers<void>()
  readonly #failure = Promise.withResolvers<never>()
  readonly #closed = Promise.withResolvers<void>()
  #isClosing = false

  constructor(askToClose: () => void) {
    this.#askToClose = askToClose
    for (const { promise } of [this.#ready, this.#failure]) promise.catch(() => {})
  }

  /** Rejects if it cannot start. */
  get started(): Promise<Service> {
    return this.#started.promise
  }

  hear(message: FromWorker): void {
    if (message.type === 'started') this.#started.resolve(this.#serviceAt(message.url))
    else if (message.type === 'ready') this.#ready.resolve()
    else if (message.type === 'closed') this.#closed.resolve()
    else for (const waiting of [this.#started, this.#ready, this.#failure]) waiting.reject(message.error)
  }

  #serviceAt(url: string): Service {
    return { url, ready: this.#ready.promise, failed: this.#failure.promise, close: () => this.#close() }
  }

  #close(): Promise<void> {
    if (!this.#isClosing) this.#askToClose()
    this.#isClosing = true
    return this.#closed.promise
  }
}
