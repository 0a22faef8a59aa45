import t from 'tap'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import type { Connection, RequestFrame } from '../../../lib/transport/kafka/connection/connection.ts'
import { BrokerConnection } from '../../../lib/transport/kafka/client/broker-connection.ts'
import { metadata } from '../../../lib/transport/kafka/wire/apis/metadata.ts'
import { encodeResponse } from '../../../lib/transport/kafka/wire/messages.ts'
import { fetchRequest } from '../../../lib/transport/kafka/wire/fetch-request.ts'
import { metadataRequest } from '../../../lib/transport/kafka/wire/metadata-requests.ts'
import { limits } from '../../conformance/transport/transport-case.ts'

const broker = { host: 'b', port: 1 }
const unaborted = new AbortController().signal

/** A connection whose broker offers only Metadata, and answers nothing. */
function silentConnection(closed: string[]): Connection {
  const waiting: ((reason: Error) => void)[] = []
  return {
    apiVersions: new Map([[3, { min: 8, max: 12 }]]),
    features: new Map(),
    isOpen: true,
    exchange: () => new Promise((_, reject) => waiting.push(reject)),
    close: (reason) => {
      closed.push(reason.message)
      for (const reject of waiting) reject(reason)
    },
  }
}

function options(clock: ManualClock, connection: () => Promise<Connection>) {
  return { open: connection, clock, connectionTimeoutMs: 100, requestTimeoutMs: 200 }
}

async function opened(
  apiVersions: Connection['apiVersions'],
  exchange: Connection['exchange'] = () => Promise.reject(new Error()),
) {
  const connect = options(new ManualClock(0), () => Promise.resolve({ ...silentConnection([]), apiVersions, exchange }))
  return BrokerConnection.open(broker, connect, unaborted)
}

t.test('a request that no version of the broker can carry is an error before anything is sent', async (t) => {
  const old = await opened(new Map([[3, { min: 0, max: 6 }]]))
  await t.rejects(old.send(metadataRequest(null)), {
    code: 'TRANSPORT_UNSUPPORTED_VERSION',
    kind: 'fatal',
    message: /b:1 is too old for Metadata: it needs one of the versions 7 to 13, it offers 0 to 6\./,
  })
  await t.rejects(old.send(fetchRequest([], limits, '', 'fetch')), { message: /it does not offer this request/ })
  const young = await opened(new Map([[3, { min: 14, max: 15 }]]))
  await t.rejects(young.send(metadataRequest(null)), { message: /b:1 is too new .* Update Millrace\./ })
})

t.test('a request goes in the newest version that both sides know, with the header of that version', async (t) => {
  for (const [offered, apiVersion, header] of [
    [{ min: 0, max: 8 }, 8, 'plain'],
    [{ min: 4, max: 99 }, 13, 'flexible'],
  ] as const) {
    const sent: RequestFrame[] = []
    const exchange = (frame: RequestFrame): Promise<Uint8Array> => {
      sent.push(frame)
      const topics = [{ errorCode: 0, name: 'in', partitions: [] }]
      return Promise.resolve(encodeResponse(metadata, apiVersion, { brokers: [], topics, throttleTimeMs: 7 }))
    }
    const connection = await opened(new Map([[3, offered]]), exchange)
    t.match(await connection.send(metadataRequest(['in'])), { value: { topics: [{ name: 'in' }] }, throttleTimeMs: 7 })
    t.match(sent, [{ apiName: 'Metadata', apiKey: 3, apiVersion, header }])
  }
})

t.test('a broker that does not answer in time is given up with its connection', async (t) => {
  const clock = new ManualClock(0)
  const closed: string[] = []
  const silent = { ...silentConnection(closed), apiVersions: new Map([[1, { min: 11, max: 11 }]]) }
  const connection = await BrokerConnection.open(
    broker,
    options(clock, () => Promise.resolve(silent)),
    unaborted,
  )
  const sent = connection.send(fetchRequest([], { ...limits, maxWaitMs: 300 }, '', 'fetch'))
  clock.advance(499)
  t.same(closed, [], 'a long poll has its own time besides')
  clock.advance(1)
  await t.rejects(sent, { code: 'TRANSPORT_NETWORK_EXCEPTION', kind: 'retriable', message: /Fetch took longer than 500 ms/ })
  t.same(closed, ['Fetch took longer than 500 ms'])
})

t.test('connecting has its time as well, and ends when the client is closed', async (t) => {
  const clock = new ManualClock(0)
  const never = (signal: AbortSignal): Promise<Connection> =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
  const settings = {
    ...options(clock, () => Promise.reject(new Error())),
    open: (_: unknown, signal: AbortSignal) => never(signal),
  }
  const late = BrokerConnection.open(broker, settings, unaborted)
  clock.advance(100)
  await t.rejects(late, { code: 'TRANSPORT_NETWORK_EXCEPTION', message: /connecting took longer than 100 ms/ })
  const closing = new AbortController()
  const unwanted = BrokerConnection.open(broker, settings, closing.signal)
  closing.abort(new Error('closed'))
  await t.rejects(unwanted, { message: /closed/ })
})
