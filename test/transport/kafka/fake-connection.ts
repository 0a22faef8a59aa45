import { setImmediate as turn } from 'node:timers/promises'
import type { Connection, Connector, OpenConnection, RequestFrame } from '../../../lib/transport.ts'
import type { WireBroker } from './wire-broker.ts'

/**
 * What happens to a request. `answer`: all is well. `lose-request`: the connection breaks before the broker reads it.
 * `lose-answer`: the broker does what it was asked, and then the connection breaks. `never`: no answer comes. Bytes are the answer.
 */
export type Fate = 'answer' | 'lose-request' | 'lose-answer' | 'never' | Buffer

export interface FakeConnections {
  readonly connector: Connector
  /** All requests so far. */
  readonly requests: readonly RequestFrame[]
  /** How many connections are open now. */
  readonly open: number
  /** Ends all connections, as a broker that goes away. */
  cut(): void
  /** From now on no connection opens: the attempts wait for ever. */
  silence(): void
}

/**
 * Connections to a broker in this process, without sockets: the second implementation of the port. As a broker does, a connection
 * begins to answer a request after it has answered the one before.
 */
export function fakeConnections(broker: WireBroker, fateOf: (frame: RequestFrame) => Fate = () => 'answer'): FakeConnections {
  const requests: RequestFrame[] = []
  const connections = new Set<FakeConnection>()
  let isSilent = false
  const noted = (frame: RequestFrame): Fate => {
    // The body is valid until the request is answered: a test looks at it later.
    const kept = { ...frame, body: Buffer.from(frame.body) }
    requests.push(kept)
    return fateOf(kept)
  }
  const open: OpenConnection = async (_broker, signal) => {
    signal.throwIfAborted()
    if (isSilent) await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
    const connection = new FakeConnection(broker, noted, () => connections.delete(connection))
    connections.add(connection)
    return connection
  }
  return {
    connector: () => Promise.resolve(open),
    requests,
    get open() {
      return connections.size
    },
    cut: () => connections.forEach((connection) => connection.close(new Error('the broker went away'))),
    silence: () => void (isSilent = true),
  }
}

class FakeConnection implements Connection {
  readonly #broker: WireBroker
  readonly #fateOf: (frame: RequestFrame) => Fate
  readonly #onClose: () => void
  readonly #waiting = new Set<(reason: Error) => void>()
  #ended: Error | null = null
  #answered: Promise<unknown> = Promise.resolve()

  constructor(broker: WireBroker, fateOf: (frame: RequestFrame) => Fate, onClose: () => void) {
    this.#broker = broker
    this.#fateOf = fateOf
    this.#onClose = onClose
  }

  get apiVersions() {
    return this.#broker.apiVersions
  }

  get features(): ReadonlyMap<string, number> {
    return new Map()
  }

  get isOpen(): boolean {
    return this.#ended === null
  }

  exchange(frame: RequestFrame): Promise<Buffer> {
    if (this.#ended !== null) return Promise.reject(this.#ended)
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
    this.#waiting.add(reject)
    // A broker answers in its own time.
    this.#answered = this.#answered.then(turn).then(() => this.#answer(frame))
    this.#answered.then((answer) => resolve(answer as Buffer), reject)
    return promise.finally(() => this.#waiting.delete(reject))
  }

  close(reason: Error): void {
    if (this.#ended !== null) return
    this.#ended = reason
    for (const reject of this.#waiting) reject(reason)
    this.#onClose()
  }

  async #answer(frame: RequestFrame): Promise<Buffer> {
    const never = Promise.withResolvers<never>().promise
    if (this.#ended !== null) return never
    const fate = this.#fateOf(frame)
    if (fate === 'lose-request') this.close(new Error('the connection broke'))
    if (fate === 'lose-request' || fate === 'never') return never
    const answer = fate instanceof Buffer ? fate : await this.#broker.answer({ ...frame, body: Buffer.from(frame.body) })
    if (fate !== 'lose-answer') return answer
    this.close(new Error('the connection broke'))
    return never
  }
}
