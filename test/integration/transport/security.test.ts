import { setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import type { Test } from 'tap'
import type { Cluster } from '../../../lib/transport/cluster.ts'
import { kafka } from '../../../lib/transport/kafka/kafka.ts'
import type { KafkaOptions } from '../../../lib/transport/kafka/kafka.ts'
import type { SaslOptions } from '../../../lib/transport/kafka/security-options.ts'
import { fetchCases } from '../../conformance/transport/fetch-cases.ts'
import { groupCases } from '../../conformance/transport/group-cases.ts'
import { produceCases } from '../../conformance/transport/produce-cases.ts'
import { transactionCases } from '../../conformance/transport/transaction-cases.ts'
import { newTopic, openFetcher, openProducer, readAll, write } from '../../conformance/transport/transport-case.ts'
import { ownKafka } from '../../servers/kafka-for-tests.ts'
import { reauthMs, unsecuredToken } from '../../servers/kafka-security.ts'
import type { SecureListeners } from '../../servers/kafka-security.ts'
import { versionsToTest } from '../../servers/kafka-versions.ts'
import { connectionsToTest } from '../../transport/kafka/connections-to-test.ts'

const credentials = { username: 'alice', password: 'alice-secret' }

const mechanisms: Readonly<Record<string, SaslOptions>> = {
  PLAIN: { mechanism: 'plain', ...credentials },
  'SCRAM-SHA-256': { mechanism: 'scram-sha-256', ...credentials },
  'SCRAM-SHA-512': { mechanism: 'scram-sha-512', ...credentials },
  OAUTHBEARER: { mechanism: 'oauthbearer', oauthBearerProvider: () => Promise.resolve({ value: unsecuredToken('alice') }) },
}

async function roundTrip(t: Test, cluster: Cluster): Promise<void> {
  const topic = await newTopic(t, cluster)
  await write(await openProducer(t, cluster), topic, ['a', 'b'])
  t.same(await readAll(await openFetcher(t, cluster), topic, 2), ['a', 'b'])
}

/** Runs the transport's suites of producing, fetching and groups. */
async function suites(t: Test, cluster: Cluster): Promise<void> {
  for (const [sentence, run] of Object.entries({ ...produceCases, ...fetchCases, ...groupCases }))
    await t.test(sentence, async (t) => run(t, cluster, (ms) => pause(ms)))
}

async function transactions(t: Test, cluster: Cluster): Promise<void> {
  for (const [sentence, run] of Object.entries(transactionCases))
    await t.test(sentence, async (t) => run(t, cluster, (ms) => pause(ms)))
}

async function checkRefusals(t: Test, secure: SecureListeners, open: (options: KafkaOptions) => Cluster): Promise<void> {
  const refused = async (options: KafkaOptions): Promise<unknown> => {
    const start = Date.now()
    const error = await open(options).admin({ clientId: 'test' }).then(() => t.fail('was let in'), (error: unknown) => error) // prettier-ignore
    t.ok(Date.now() - start < 1500, `told after ${Date.now() - start} ms`)
    return error
  }
  for (const mechanism of ['plain', 'scram-sha-256', 'scram-sha-512'] as const)
    t.match(await refused({ bootstrapServers: secure.sasl, sasl: { mechanism, username: 'alice', password: 'wrong' } }), {
      code: 'TRANSPORT_SASL_AUTHENTICATION_FAILED',
      kind: 'fatal',
    })
}

for (const version of versionsToTest())
  t.test(`Kafka ${version}`, async (t) => {
    const server = await ownKafka(t, { version, security: 'all' })
    if (server === null) return
    const secure = server.secure!
    for (const connection of connectionsToTest(t)) {
      const open = (options: KafkaOptions): Cluster => kafka({ connection, ...options })
      const tls = { ssl: { ca: secure.ca } }
      await t.test(`${connection}: plain`, (t) => suites(t, open({ bootstrapServers: server.bootstrapServers })))
      await t.test(`${connection}: TLS`, (t) => suites(t, open({ bootstrapServers: secure.ssl, ...tls })))
      await t.test(`${connection}: SASL`, (t) =>
        suites(t, open({ bootstrapServers: secure.sasl, sasl: mechanisms['SCRAM-SHA-512']! })),
      )
      for (const [name, sasl] of Object.entries(mechanisms)) {
        // kafkajs authenticates again 10 s before the end of a session. Sessions without TLS are shorter here.
        const isTooShort = connection === 'kafkajs' && name === 'OAUTHBEARER'
        if (!isTooShort)
          await t.test(`${connection}: ${name}`, (t) => roundTrip(t, open({ bootstrapServers: secure.sasl, sasl })))
        await t.test(`${connection}: ${name} over TLS`, (t) =>
          roundTrip(t, open({ bootstrapServers: secure.saslSsl, sasl, ...tls })),
        )
      }
      await t.test(`${connection}: wrong credentials are an error within a second`, (t) => checkRefusals(t, secure, open))
    }
    // Brokers before Kafka 4 have transactions of version 1; transactions.test.ts has those of version 2.
    if (version.startsWith('3.'))
      await t.test('transactions of version 1', (t) =>
        transactions(t, kafka({ connection: 'socket', bootstrapServers: server.bootstrapServers })),
      )
    await t.test('what the handshake lacks is an error that says so, within a second', (t) => checkHandshakes(t, secure))
    await t.test('KIP-368: a session outlives the time that the broker gives it', (t) => checkRenewal(t, secure))
  })

async function checkHandshakes(t: Test, secure: SecureListeners): Promise<void> {
  const start = Date.now()
  const opened = (options: KafkaOptions) => kafka({ connection: 'socket', ...options }).admin({ clientId: 'test' })
  await t.rejects(opened({ bootstrapServers: secure.sasl }), { code: 'TRANSPORT_BROKER_UNREACHABLE', message: /sasl option/ })
  await t.rejects(opened({ bootstrapServers: secure.ssl }), { code: 'TRANSPORT_BROKER_UNREACHABLE', message: /ssl/ })
  await t.rejects(opened({ bootstrapServers: secure.ssl, ssl: true }), {
    code: 'TRANSPORT_BROKER_UNREACHABLE',
    message: /certificate/,
  })
  t.ok(Date.now() - start < 3000)
}

async function checkRenewal(t: Test, secure: SecureListeners): Promise<void> {
  const tokens: string[] = []
  const oauthBearerProvider = () => {
    tokens.push(unsecuredToken('alice'))
    return Promise.resolve({ value: tokens.at(-1)! })
  }
  const cluster = kafka({
    connection: 'socket',
    bootstrapServers: secure.sasl,
    sasl: { mechanism: 'oauthbearer', oauthBearerProvider },
  })
  const topic = await newTopic(t, cluster)
  const producer = await openProducer(t, cluster)
  await write(producer, topic, ['first'])
  const opened = tokens.length
  const end = Date.now() + 2.5 * reauthMs
  while (Date.now() < end) {
    await write(producer, topic, ['again'])
    await pause(100)
  }
  t.ok(tokens.length > opened, `${tokens.length - opened} renewals`)
}
