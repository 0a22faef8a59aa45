import type { Test } from 'tap'
import { systemChance } from '../../../lib/clock/chance.ts'
import { systemClock } from '../../../lib/clock/system-clock.ts'
import type { Connection } from '../../../lib/transport/kafka/connection/connection.ts'
import { socketConnector } from '../../../lib/transport/kafka/connection/socket/socket-connection.ts'
import { decodeResponse, encodeRequest } from '../../../lib/transport/kafka/wire/messages.ts'
import type { Api } from '../../../lib/transport/kafka/wire/schema.ts'

/** Sends a request in a version, and reads its response. */
export type Ask = <QW, A>(api: Api<unknown, QW, A, never>, version: number, request: QW) => Promise<A>

/** Connects to a broker. The connection ends with the test. */
export async function connected(t: Test, bootstrapServers: string): Promise<Ask> {
  const [host, port] = bootstrapServers.split(':') as [string, string]
  const settings = {
    clientId: 'test',
    ssl: false,
    sasl: null,
    idleTimeoutMs: 60_000,
    clock: systemClock,
    chance: systemChance,
  } as const
  const open = await socketConnector(settings)
  const connection: Connection = await open({ host, port: Number(port) }, new AbortController().signal)
  t.teardown(() => connection.close(new Error('the test is over')))
  return async (api, version, request) => {
    const body = encodeRequest(api as never, version, request as never)
    const header = version >= api.flexibleFrom ? 'flexible' : 'plain'
    const frame = { apiName: api.name, apiKey: api.key, apiVersion: version, header, body } as const
    return decodeResponse(api as never, version, await connection.exchange(frame)) as never
  }
}
