import t from 'tap'
import type { Test } from 'tap'
import { seededChance } from '../../../../lib/clock/chance.ts'
import { ManualClock } from '../../../../lib/clock/manual-clock.ts'
import { systemClock } from '../../../../lib/clock/system-clock.ts'
import type { Connection, ConnectionSettings } from '../../../../lib/transport/kafka/connection/connection.ts'
import { socketConnector } from '../../../../lib/transport/kafka/connection/socket/socket-connection.ts'
import { kafkaCluster } from '../../../../lib/transport/kafka/kafka-cluster.ts'
import type { SaslOptions } from '../../../../lib/transport/kafka/security-options.ts'
import { apiVersions } from '../../../../lib/transport/kafka/wire/apis/api-versions.ts'
import { heartbeat } from '../../../../lib/transport/kafka/wire/apis/heartbeat.ts'
import { saslAuthenticate } from '../../../../lib/transport/kafka/wire/apis/sasl-authenticate.ts'
import { saslHandshake } from '../../../../lib/transport/kafka/wire/apis/sasl-handshake.ts'
import { decodeRequest, encodeRequest, encodeResponse } from '../../../../lib/transport/kafka/wire/messages.ts'
import { scriptedBroker } from './scripted-broker.ts'
import type { ScriptedAnswer, ScriptedBroker, ScriptedRequest } from './scripted-broker.ts'

const base = {
  clientId: 'test',
  ssl: false,
  sasl: null,
  idleTimeoutMs: 60_000,
  clock: systemClock,
  chance: seededChance(3),
} as const
const plain: SaslOptions = { mechanism: 'plain', username: 'a', password: 'b' }

async function connect(t: Test, { address }: ScriptedBroker, settings: Partial<ConnectionSettings> = {}): Promise<Connection> {
  const open = await socketConnector({ ...base, ...settings })
  const connection = await open(address, new AbortController().signal)
  t.teardown(() => connection.close(new Error('the test is over')))
  return connection
}

const beat = {
  apiName: 'Heartbeat',
  apiKey: heartbeat.key,
  apiVersion: 4,
  header: 'flexible',
  body: encodeRequest(heartbeat, 4, { groupId: 'g', generationId: 1, memberId: 'm' }),
} as const
const beaten = encodeResponse(heartbeat, 4, { errorCode: 0 })

/** A broker that takes credentials when `check` does. A session lives as long as `lifetimeMs` says. */
function saslScript(check: (bytes: Buffer) => Parameters<typeof encodeAuth>[0]) {
  return ({ apiKey, apiVersion, body }: ScriptedRequest): ScriptedAnswer | null => {
    if (apiKey === saslHandshake.key) return encodeResponse(saslHandshake, apiVersion, { errorCode: 0, mechanisms: ['PLAIN'] })
    if (apiKey === saslAuthenticate.key)
      return encodeAuth(check(decodeRequest(saslAuthenticate, apiVersion, body).authBytes), apiVersion)
    return apiKey === heartbeat.key ? beaten : null
  }
}

interface AuthAnswer {
  readonly errorCode?: number
  readonly errorMessage?: string
  readonly authBytes?: string
  readonly sessionLifetimeMs?: number
}

function encodeAuth({ errorCode = 0, errorMessage, authBytes = '', sessionLifetimeMs = 0 }: AuthAnswer, version: number): Buffer {
  const answer = { errorCode, errorMessage: errorMessage ?? null, authBytes: Buffer.from(authBytes), sessionLifetimeMs }
  return encodeResponse(saslAuthenticate, version, answer)
}

t.test('the features of the cluster are told', async (t) => {
  const connection = await connect(t, await scriptedBroker(t, () => null))
  t.same([...connection.features], [['transaction.version', 2]])
})

t.test('a broker that does not know the version of ApiVersions is asked again in version 0', async (t) => {
  const broker = await scriptedBroker(t, ({ apiKey, apiVersion }) => {
    if (apiKey !== apiVersions.key) return null
    const errorCode = apiVersion === 0 ? 0 : 35
    return encodeResponse(apiVersions, 0, { errorCode, apiKeys: [{ apiKey: 3, minVersion: 0, maxVersion: 8 }] })
  })
  const connection = await connect(t, broker)
  t.same(connection.apiVersions.get(3), { min: 0, max: 8 })
  t.equal(connection.features.size, 0)
  t.same(
    broker.requests.map(({ apiVersion }) => apiVersion),
    [3, 0],
  )
})

t.test('an answer to another request ends the connection', async (t) => {
  const other = Buffer.from([0, 0, 0, 5, 0, 0, 0, 99, 0])
  const broker = await scriptedBroker(t, ({ apiKey }) => (apiKey === heartbeat.key ? { raw: other } : null))
  const connection = await connect(t, broker)
  await t.rejects(connection.exchange(beat), { message: /answered request 99 instead of 1/ })
  t.equal(connection.isOpen, false)
  await t.rejects(connection.exchange(beat), { message: /answered request 99/ })
})

t.test('a mechanism that the broker does not take is an error that names those it takes', async (t) => {
  const broker = await scriptedBroker(t, ({ apiKey, apiVersion }) =>
    apiKey === saslHandshake.key ? encodeResponse(saslHandshake, apiVersion, { errorCode: 33, mechanisms: ['GSSAPI'] }) : null,
  )
  await t.rejects(connect(t, broker, { sasl: plain }), {
    code: 'TRANSPORT_SASL_AUTHENTICATION_FAILED',
    message: /it does not take PLAIN, but GSSAPI/,
  })
})

t.test('a token that the broker refuses is an error with its reason', async (t) => {
  const tokens: string[] = []
  const script = saslScript((bytes) => {
    tokens.push(bytes.toString())
    return tokens.length === 1 ? { authBytes: '{"status":"invalid_token"}' } : { errorCode: 58, errorMessage: 'no' }
  })
  const sasl: SaslOptions = { mechanism: 'oauthbearer', oauthBearerProvider: () => Promise.resolve({ value: 'abc' }) }
  await t.rejects(connect(t, await scriptedBroker(t, script), { sasl }), {
    code: 'TRANSPORT_SASL_AUTHENTICATION_FAILED',
    message: /invalid_token/,
  })
  t.same(tokens, ['n,,\u0001auth=Bearer abc\u0001\u0001', '\u0001'])
})

t.test('KIP-368: the session is renewed before it ends, with a new token, and requests wait for it', async (t) => {
  const clock = new ManualClock(0)
  const tokens: string[] = []
  const script = saslScript((bytes) => {
    tokens.push(/Bearer (\w+)/.exec(bytes.toString())![1]!)
    return { sessionLifetimeMs: 1000 }
  })
  const broker = await scriptedBroker(t, script)
  let made = 0
  const sasl: SaslOptions = { mechanism: 'oauthbearer', oauthBearerProvider: () => Promise.resolve({ value: `t${++made}` }) }
  const connection = await connect(t, broker, { sasl, clock })
  await connection.exchange(beat)
  clock.advance(800)
  await connection.exchange(beat)
  t.same(tokens, ['t1'])
  clock.advance(151)
  await Promise.all([connection.exchange(beat), connection.exchange(beat)])
  t.same(tokens, ['t1', 't2'])
  const keys = broker.requests.map(({ apiKey }) => apiKey)
  t.same(keys, [18, 17, 36, 12, 12, 17, 36, 12, 12])
  clock.advance(951)
  await connection.exchange(beat)
  t.same(tokens, ['t1', 't2', 't3'])
})

t.test('a session that cannot be renewed ends with the reason', async (t) => {
  const clock = new ManualClock(0)
  let asked = 0
  const script = saslScript(() =>
    ++asked === 1 ? { sessionLifetimeMs: 1000 } : { errorCode: 58, errorMessage: 'the password was changed' },
  )
  const connection = await connect(t, await scriptedBroker(t, script), { sasl: plain, clock })
  clock.advance(960)
  const refused = { code: 'TRANSPORT_SASL_AUTHENTICATION_FAILED', message: /the password was changed/ }
  await t.rejects(connection.exchange(beat), refused)
  t.equal(connection.isOpen, false)
  await t.rejects(connection.exchange(beat), refused)
})

t.test('a connection that nobody uses closes itself, one that waits for an answer does not', async (t) => {
  const clock = new ManualClock(0)
  const broker = await scriptedBroker(t, ({ apiKey }) => (apiKey === heartbeat.key ? 'nothing' : null))
  const [idle, waiting] = [
    await connect(t, broker, { clock, idleTimeoutMs: 100 }),
    await connect(t, broker, { clock, idleTimeoutMs: 100 }),
  ]
  const pending = waiting.exchange(beat)
  pending.catch(() => {})
  clock.advance(99)
  t.ok(idle.isOpen && waiting.isOpen)
  clock.advance(1)
  t.notOk(idle.isOpen)
  t.ok(waiting.isOpen)
  await t.rejects(idle.exchange(beat), { message: /no request was sent for 100 ms/ })
})

const closing: Readonly<Record<string, readonly [options: Partial<ConnectionSettings>, apiKey: number, message: RegExp]>> = {
  ApiVersions: [{}, apiVersions.key, /closed during ApiVersions: .* Check that ssl is set/],
  SASL: [{ sasl: plain }, saslAuthenticate.key, /closed during SASL: .* Check the sasl option/],
  'the first request': [{}, 3, /closed during the first request: .* may want SASL/],
}

for (const [phase, [options, closeAt, message]] of Object.entries(closing))
  t.test(`a broker that closes during ${phase} is an error that says so, within a second`, async (t) => {
    const script = saslScript(() => ({}))
    const broker = await scriptedBroker(t, (request) => (request.apiKey === closeAt ? 'close' : script(request)))
    const cluster = kafkaCluster({
      ...base,
      ...options,
      connector: socketConnector,
      clientRack: '',
      bootstrap: [broker.address],
      connectionTimeoutMs: 10_000,
      bootstrapTimeoutMs: 10_000,
      requestTimeoutMs: 10_000,
      apiTimeoutMs: 10_000,
    })
    const start = Date.now()
    await t.rejects(cluster.admin({ clientId: 'test' }), {
      code: 'TRANSPORT_BROKER_UNREACHABLE',
      kind: 'retriable',
      message,
      cause: { code: 'TRANSPORT_HANDSHAKE_FAILED' },
    })
    t.ok(Date.now() - start < 1000)
  })

t.test('TLS to a port without TLS is an error that names the option', async (t) => {
  const broker = await scriptedBroker(t, () => null)
  await t.rejects(connect(t, broker, { ssl: { rejectUnauthorized: false } }), {
    code: 'TRANSPORT_HANDSHAKE_FAILED',
    message: /closed during the TLS handshake: .* Check the ssl option/,
  })
})
