import type { Test } from 'tap'
import type { Connection, OpenConnection, RequestFrame } from '../../../lib/transport/kafka/connection/connection.ts'
import { offsetFetchRequest } from '../../../lib/transport/kafka/wire/offset-requests.ts'
import { metadataRequest } from '../../../lib/transport/kafka/wire/metadata-requests.ts'
import type { KafkaRequest } from '../../../lib/transport/kafka/wire/request.ts'
import { headerOf } from '../../../lib/transport/kafka/wire/schema.ts'

export interface ConnectionUnderTest {
  readonly open: OpenConnection
  readonly address: { readonly host: string; readonly port: number }
  /** From now on the broker answers nothing. */
  silence(): void
  /** The broker ends all connections. */
  cut(): void
}

export type ConnectionCase = (t: Test, under: ConnectionUnderTest) => Promise<void>

function frameOf(request: KafkaRequest<unknown>): RequestFrame {
  const { apiName, apiKey, versions, encode } = request
  const header = headerOf(request, versions.min)
  return { apiName, apiKey, apiVersion: versions.min, header, body: encode(versions.min) }
}

async function connect(t: Test, { open, address }: ConnectionUnderTest): Promise<Connection> {
  const connection = await open(address, new AbortController().signal)
  t.teardown(() => connection.close(new Error('the test is over')))
  return connection
}

function valueOf<T>({ versions, decode }: KafkaRequest<T>, response: Uint8Array): T {
  return decode(versions.min, response).value
}

const names = (response: Uint8Array): string[] => valueOf(metadataRequest([]), response).topics.map(({ name }) => name)

/** What every implementation of the connection port must do. */
export const connectionCases: Readonly<Record<string, ConnectionCase>> = {
  'tells the versions that the broker speaks': async (t, under) => {
    const { apiVersions } = await connect(t, under)
    const metadata = apiVersions.get(3)
    t.ok(metadata !== undefined && metadata.min <= 7 && metadata.max >= 7)
    t.equal(apiVersions.get(9999), undefined)
  },

  'gives each request its own answer, however many are under way': async (t, under) => {
    const connection = await connect(t, under)
    const topics = Array.from({ length: 50 }, (_, index) => `topic-${index}`)
    const answers = await Promise.all(topics.map((topic) => connection.exchange(frameOf(metadataRequest([topic])))))
    t.same(answers.map(names).flat(), topics)
  },

  'answers stay as they are when later ones come': async (t, under) => {
    const connection = await connect(t, under)
    const first = await connection.exchange(frameOf(metadataRequest(['first'])))
    for (let index = 0; index < 20; index++) await connection.exchange(frameOf(metadataRequest([`later-${index}`])))
    t.same(names(first), ['first'])
  },

  'writes and reads flexible headers': async (t, under) => {
    const connection = await connect(t, under)
    const request = offsetFetchRequest('group', [{ topic: 'topic', partition: 1 }], 'any')
    const answer = valueOf(request, await connection.exchange(frameOf(request)))
    t.match(answer, { errorCode: 0, offsets: [{ topic: 'topic', partition: 1, offset: -1 }] })
  },

  'a request of a megabyte goes out whole': async (t, under) => {
    const connection = await connect(t, under)
    const topics = Array.from({ length: 50_000 }, (_, index) => `a-topic-with-a-long-name-${index}`)
    t.same(names(await connection.exchange(frameOf(metadataRequest(topics)))), topics)
  },

  'closing rejects what is under way, and what comes later': async (t, under) => {
    const connection = await connect(t, under)
    under.silence()
    const waiting = [connection.exchange(frameOf(metadataRequest([]))), connection.exchange(frameOf(metadataRequest([])))]
    connection.close(new Error('enough of it'))
    for (const request of waiting) await t.rejects(request, { message: /enough of it/ })
    await t.rejects(connection.exchange(frameOf(metadataRequest([]))))
  },

  'a broker that ends the connection rejects what is under way': async (t, under) => {
    const connection = await connect(t, under)
    under.silence()
    const waiting = connection.exchange(frameOf(metadataRequest([])))
    // The request has gone out before the end comes.
    await new Promise((resolve) => setTimeout(resolve, 20))
    under.cut()
    await t.rejects(waiting)
    await t.rejects(connection.exchange(frameOf(metadataRequest([]))))
  },

  'an aborted signal ends an attempt to connect': async (t, under) => {
    const before = AbortSignal.abort(new Error('too late'))
    await t.rejects(under.open(under.address, before), { message: /too late/ })
    under.silence()
    const during = new AbortController()
    const opening = under.open(under.address, during.signal)
    setTimeout(() => during.abort(new Error('took too long')), 20)
    await t.rejects(opening, { message: /took too long/ })
  },
}
