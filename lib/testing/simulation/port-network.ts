import { TransportError } from '../../model/errors.ts'
import { NetworkWeather } from './network-weather.ts'
import type { SimulatedProcess } from './simulated-process.ts'
import type { World } from './world.ts'

/** How often each fault has hit which call. */
export type Hits = Map<string, number>

/** A call that goes over the network. */
export interface NetworkCall<T> {
  /** The port and the method, e.g. `groupCoordinator.join`. */
  readonly name: string
  /** What the broker does. It happens once more for each answer that was lost. */
  readonly effect: () => T | Promise<T>
  /** Told of a request that will arrive late, whose answer nobody will hear. */
  readonly onLate?: () => void
  /** Told of each attempt that nobody has answered. */
  readonly onUnanswered?: () => void
  /** The client gives up when this long has passed since the first attempt. */
  readonly withinMs: number
}

const retryMs = 100

/** A client that hears nothing takes its connection for broken after this long (a short `request.timeout.ms`). */
const silenceMs = 3000

/**
 * The network between processes and brokers. A call is a request, its effect at the broker, and an answer. Each may come late or
 * never; the client then tries again, as Millrace's and Java's clients do, so that the effect may happen twice.
 */
export class PortNetwork {
  readonly weather: NetworkWeather
  readonly #world: World
  readonly #hits: Hits

  constructor(world: World, hits: Hits) {
    this.#world = world
    this.#hits = hits
    this.weather = new NetworkWeather(world.chance)
  }

  call<T>(process: SimulatedProcess, call: NetworkCall<T>): Promise<T> {
    const { name, effect, withinMs } = call
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const endMs = this.#world.now + withinMs
    const label = `${process.name} ${name}`
    const attempt = (): void => {
      if (process.crashesAt('before', name)) return
      this.#send(process, call, 'request', effectAndAnswer, unanswered)
    }
    const effectAndAnswer = (): void =>
      void (async () => effect())().then(
        (value) => answer(() => resolve(value)),
        (error: unknown) => answer(() => (isRepeated(error) ? retry() : reject(error as Error))),
      )
    const answer = (settle: () => void): void => {
      if (process.crashesAt('after', name)) return
      this.#send(process, call, 'answer', settle, unanswered)
    }
    const unanswered = (): void => {
      call.onUnanswered?.()
      retry()
    }
    const retry = (): void => {
      const isOver = this.#world.now + silenceMs > endMs
      const again = isOver ? () => reject(noAnswer()) : attempt
      this.#world.schedule(isOver ? Math.max(0, endMs - this.#world.now) : this.#silence(), process, `${label} again`, again)
    }
    attempt()
    return promise
  }

  /** Delivers a message, or says that it was lost. What a process sends before its death arrives. */
  #send<T>(
    process: SimulatedProcess,
    { name, effect, onLate }: NetworkCall<T>,
    message: 'request' | 'answer',
    deliver: () => void,
    onLost: () => void,
  ): void {
    const label = `${process.name} ${name} ${message === 'request' ? '→' : '←'}`
    const mishap = this.#isReachable(process) ? this.weather.mishapOf(message, name) : `lost ${message}`
    if (mishap !== null) this.#hit(mishap, name)
    if (mishap === 'late request') {
      onLate?.()
      this.#world.schedule(
        this.weather.lateness(),
        null,
        `${label} late`,
        () => void (async () => effect())().catch(() => undefined),
      )
    }
    if (mishap !== null) return onLost()
    const owner = message === 'answer' ? process : null
    this.#world.schedule(this.#world.chance.float() * this.weather.latencyMs, owner, label, () => {
      if (message === 'answer' || this.#isReachable(process)) return deliver()
      this.#hit('lost request', name)
      onLost()
    })
  }

  #isReachable({ name }: SimulatedProcess): boolean {
    return this.weather.isReachable(name, this.#world.now)
  }

  /** A connection that breaks is noticed at once, one that only falls silent after a while. */
  #silence(): number {
    return this.#world.chance.float() < 0.5 ? retryMs : silenceMs
  }

  #hit(fault: string, call: string): void {
    const key = `${fault} × ${call}`
    this.#hits.set(key, (this.#hits.get(key) ?? 0) + 1)
  }
}

/** As the clients of Kafka do, a call is sent again where another broker coordinates the group by now, or a transaction is being ended. */
function isRepeated(error: unknown): boolean {
  return error instanceof TransportError && repeated.has(error.code)
}

const repeated: ReadonlySet<string> = new Set(['TRANSPORT_NOT_COORDINATOR', 'TRANSPORT_CONCURRENT_TRANSACTIONS'])

/** As `disconnected` of the Kafka clients. */
export function noAnswer(): TransportError {
  const message = 'No answer from broker simulated: the connection broke. Check that it runs and that this machine reaches it.'
  return new TransportError('TRANSPORT_NETWORK_EXCEPTION', 'retriable', message)
}
