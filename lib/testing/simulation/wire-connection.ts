import { joinGroup } from '../../transport/kafka/wire/apis/join-group.ts'
import { decodeRequest } from '../../transport/kafka/wire/messages.ts'
import type { Api } from '../../transport/kafka/wire/schema.ts'
import { RequestWriter } from '../../transport/kafka/wire/request-writer.ts'
import { ResponseReader } from '../../transport/kafka/wire/response-reader.ts'
import type { EmbeddedServer } from '../../transport/embedded/server/embedded-server.ts'
import { MutedConnection } from '../../transport/embedded/server/muted-connection.ts'
import type { Connection, RequestFrame } from '../../transport/kafka/connection/connection.ts'
import type { Observer } from './observer.ts'
import type { NetworkWeather } from './network-weather.ts'
import type { Hits } from './port-network.ts'
import type { SimulatedProcess } from './simulated-process.ts'
import type { World } from './world.ts'

export interface WireConnectionOptions {
  readonly world: World
  /** Whether messages pass between the process and the brokers. */
  readonly isReachable: () => boolean
  readonly weather: NetworkWeather
  readonly hits: Hits
  readonly observer: Observer
  readonly process: SimulatedProcess
  readonly nodeId: number
  readonly server: EmbeddedServer
  readonly onClose: () => void
}

/**
 * A connection of a process to a broker: bytes of requests and responses in their order, each after some time. It breaks as a whole.
 * Without a way between the two nothing arrives any more, and neither side notices.
 */
export class WireConnection implements Connection {
  readonly nodeId: number
  readonly #options: WireConnectionOptions
  readonly #broker: MutedConnection
  readonly #waiting = new Set<(reason: Error) => void>()
  /** The latest arrivals: what is sent later does not arrive earlier. */
  readonly #arrivedBy = { request: 0, answer: 0 }
  #correlationId = 0
  #ended: Error | null = null
  #isStuck = false

  constructor(options: WireConnectionOptions) {
    this.#options = options
    this.nodeId = options.nodeId
    this.#broker = new MutedConnection(options.server, options.process.name)
    options.process.opened('connection')
  }

  get apiVersions() {
    return this.#options.server.apiVersions
  }

  get features(): ReadonlyMap<string, number> {
    return this.#options.server.features
  }

  get isOpen(): boolean {
    return this.#ended === null
  }

  exchange(request: RequestFrame): Promise<Uint8Array> {
    if (this.#ended !== null) return Promise.reject(this.#ended)
    const { process, observer } = this.#options
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>()
    const { apiName } = request
    this.#waiting.add(reject)
    if (process.crashesAt('before', apiName)) return promise
    if (apiName === 'JoinGroup')
      observer.onJoin(process, decodeRequest(joinGroup as Api<{ memberId: string }>, request.apiVersion, request.body).memberId)
    if (apiName === 'OffsetCommit') observer.onCommitSent(process)
    this.#send('request', request, () => this.#serve(request, resolve))
    return promise.finally(() => {
      this.#waiting.delete(reject)
      if (apiName === 'JoinGroup') observer.onJoined(process)
    })
  }

  close(reason: Error): void {
    if (this.#ended !== null) return
    this.#ended = reason
    this.#options.process.closed('connection')
    this.#broker.close()
    this.#options.onClose()
    for (const reject of this.#waiting) reject(reason)
  }

  /** Ends the connection from the other side: the process hears of it, unless there is no way to it. */
  break(why: string): void {
    const { world, process, isReachable } = this.#options
    this.#broker.close()
    if (!isReachable()) return void (this.#isStuck = true)
    world.schedule(0, process, `${process.name} loses its connection to ${this.nodeId}`, () => this.close(new Error(why)))
  }

  #serve(request: RequestFrame, resolve: (body: Uint8Array) => void): void {
    const { process } = this.#options
    const { apiName, header } = request
    const answered = (response: Buffer | null): void => {
      if (response === null || process.crashesAt('after', apiName)) return
      const reader = new ResponseReader(response)
      reader.int32()
      const bytes = new Uint8Array((header === 'flexible' ? reader.skipTags() : reader).rest())
      this.#send('answer', request, () => resolve(bytes))
    }
    this.#receive(request).then(answered, () => this.break('the broker closed the connection'))
  }

  #receive({ apiKey, apiVersion, header, body }: RequestFrame): Promise<Buffer | null> {
    const head = new RequestWriter(body.length + 64)
      .int16(apiKey)
      .int16(apiVersion)
      .int32(this.#correlationId++)
      .string(this.#options.process.name)
    return this.#broker.receive((header === 'flexible' ? head.noTags() : head).raw(body).bytes)
  }

  #send(message: 'request' | 'answer', request: RequestFrame, deliver: () => void): void {
    const { world, isReachable, process, weather, hits } = this.#options
    if (this.#isStuck || !isReachable()) {
      this.#isStuck = true
      return
    }
    const { apiName } = request
    const mishap = weather.mishapOf(message, apiName)
    if (mishap !== null) {
      const key = `${mishap} × ${apiName}`
      hits.set(key, (hits.get(key) ?? 0) + 1)
      if (mishap === 'late request') this.#sendLate(request)
      return this.break('the connection broke')
    }
    const arrival = Math.max(this.#arrivedBy[message], world.now + world.chance.float() * weather.latencyMs)
    this.#arrivedBy[message] = arrival + 1
    const label = `${process.name} ${apiName} ${message === 'request' ? '→' : '←'} ${this.nodeId}`
    world.schedule(arrival - world.now, message === 'request' ? null : process, label, () => {
      if (this.#ended === null && !this.#isStuck) deliver()
    })
  }

  /** The client has given its connection up. What it had sent is still on its way, and the broker reads it. */
  #sendLate(request: RequestFrame): void {
    const { world, process, weather, observer } = this.#options
    const { apiName } = request
    if (apiName === 'OffsetCommit') observer.onLateCommit()
    world.schedule(weather.lateness(), null, `${process.name} ${apiName} → ${this.nodeId} late`, () => {
      this.#receive(request).catch(() => undefined)
    })
  }
}
