import { TransportError } from '../../model/errors.ts'
import type { SimulatedProcess } from './simulated-process.ts'
import type { World } from './world.ts'

/** What becomes of messages now. Faults change it. */
export interface NetworkWeather {
  /** The greatest latency of a message, in ms. */
  latencyMs: number
  /** The share of messages that are lost, from 0 to 1. */
  lost: number
  /** Until when the brokers do not answer anybody. */
  downUntil: number
  /** Until when a process reaches no broker, by its name. */
  readonly cutUntil: Map<string, number>
}

/** How often each fault has hit which call. */
export type Hits = Map<string, number>

/** A call that goes over the network. */
export interface NetworkCall<T> {
  /** The port and the method, e.g. `groupCoordinator.join`. */
  readonly name: string
  /** What the broker does. It happens once more for each answer that was lost. */
  readonly effect: () => T | Promise<T>
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
  readonly weather: NetworkWeather = { latencyMs: 2, lost: 0, downUntil: 0, cutUntil: new Map() }
  readonly #world: World
  readonly #hits: Hits

  constructor(world: World, hits: Hits) {
    this.#world = world
    this.#hits = hits
  }

  call<T>(process: SimulatedProcess, { name, effect, withinMs }: NetworkCall<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const endMs = this.#world.now + withinMs
    const label = `${process.name} ${name}`
    const attempt = (): void => {
      if (process.crashesAt('before', name)) return
      this.#send(process, `${label} →`, 'request', effectAndAnswer, retry)
    }
    const effectAndAnswer = (): void =>
      void (async () => effect())().then(
        (value) => answer(() => resolve(value)),
        (error: unknown) => answer(() => reject(error as Error)),
      )
    const answer = (settle: () => void): void => {
      if (process.crashesAt('after', name)) return
      this.#send(process, `${label} ←`, 'answer', settle, retry)
    }
    const retry = (what: string): void => {
      this.#hit(`lost ${what}`, name)
      const isOver = this.#world.now + silenceMs > endMs
      const again = isOver ? () => reject(noAnswer()) : attempt
      this.#world.schedule(isOver ? Math.max(0, endMs - this.#world.now) : this.#silence(), process, `${label} again`, again)
    }
    attempt()
    return promise
  }

  /** Delivers a message, or says that it was lost. What a process sends before its death arrives. */
  #send(process: SimulatedProcess, label: string, what: string, deliver: () => void, onLost: (what: string) => void): void {
    const { latencyMs, lost } = this.weather
    if (!this.#isReachable(process) || this.#world.chance.float() < lost) return onLost(what)
    const owner = what === 'answer' ? process : null
    this.#world.schedule(this.#world.chance.float() * latencyMs, owner, label, () => {
      if (what === 'request' && !this.#isReachable(process)) onLost(what)
      else deliver()
    })
  }

  #isReachable(process: SimulatedProcess): boolean {
    const { downUntil, cutUntil } = this.weather
    return this.#world.now >= Math.max(downUntil, cutUntil.get(process.name) ?? 0)
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

/** As `disconnected` of the Kafka clients. */
export function noAnswer(): TransportError {
  const message = 'No answer from broker simulated: the connection broke. Check that it runs and that this machine reaches it.'
  return new TransportError('TRANSPORT_NETWORK_EXCEPTION', 'retriable', message)
}
