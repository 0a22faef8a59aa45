import type { Test } from 'tap'
import { systemChance } from '../../../lib/clock/chance.ts'
import { systemClock } from '../../../lib/clock/system-clock.ts'
import type { Connection } from '../../../lib/transport/kafka/connection/connection.ts'
import { socketConnector } from '../../../lib/transport/kafka/connection/socket/socket-connection.ts'
import { decodeResponse, encodeRequest } from '../../../lib/transport/kafka/wire/messages.ts'
import type { Api } from '../../../lib/transport/kafka/wire/schema.ts'

const concurrentTransactions = 51

/** Sends single requests, as the clients do not, to the first of the brokers. */
export class Asker {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  get versions(): Connection['apiVersions'] {
    return this.#connection.apiVersions
  }

  get features(): Connection['features'] {
    return this.#connection.features
  }

  async ask<W, V>(api: Api<unknown, W, V>, apiVersion: number, body: W): Promise<V> {
    const { name: apiName, key: apiKey, flexibleFrom } = api
    const header = apiVersion >= flexibleFrom ? 'flexible' : 'plain'
    const frame = { apiName, apiKey, apiVersion, header, body: encodeRequest(api, apiVersion, body) } as const
    return decodeResponse(api, apiVersion, await this.#connection.exchange(frame))
  }

  /** Asks again while the coordinator is busy: with its own start, or with the markers of the last transaction. */
  async untilReady<W, V extends { readonly errorCode: number }>(api: Api<unknown, W, V>, version: number, body: W): Promise<V> {
    for (;;) {
      const answer = await this.ask(api, version, body)
      if (![14, 15, 16, concurrentTransactions].includes(answer.errorCode)) return answer
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

export async function connect(t: Test, bootstrapServers: string): Promise<Asker> {
  const [host, port] = bootstrapServers.split(',')[0]!.split(':')
  const settings = { clientId: 'later', ssl: false, sasl: null, idleTimeoutMs: 60_000, clock: systemClock, chance: systemChance }
  const open = await socketConnector(settings)
  const connection = await open({ host: host!, port: Number(port) }, new AbortController().signal)
  t.teardown(() => connection.close(new Error('the test is over')))
  return new Asker(connection)
}
