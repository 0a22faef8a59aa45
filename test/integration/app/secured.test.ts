import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import t from 'tap'
import type { Test } from 'tap'
import { kafka, openProducer } from 'millrace'
import type { Cluster } from 'millrace'
import { withAdmin } from '../../../app/adapters/kafka/with-admin.ts'
import { openSqliteUsers } from '../../../app/adapters/sqlite/sqlite-bank.ts'
import { createTopics } from '../../../app/pipeline/open-cluster.ts'
import { applicationAcls, captureAcls, retriesAcls } from '../../../app/topics/least-acls.ts'
import type { Acl } from '../../../app/topics/least-acls.ts'
import { schemasFor } from '../../../examples/transfer-pipeline/schemas/avro-mode.ts'
import { bytesOf, enriched, repeatables, transfers, users } from '../../../examples/transfer-pipeline/topics.ts'
import { KafkaAcls, aclSettings } from '../../servers/kafka-acls.ts'
import type { AclEntry } from '../../servers/kafka-acls.ts'
import { ownKafka } from '../../servers/kafka-for-tests.ts'
import type { KafkaServer } from '../../servers/kafka.ts'
import { directory } from '../../storage/media.ts'

const password = 'alice-secret'
const limitMs = 10_000
const schemaRegistry = schemasFor('plain', '')

type Flags = Readonly<Record<string, string>>

interface Ended {
  readonly code: number | null
  readonly ms: number
  readonly output: string
}

/** Starts a service as alice by TLS and SASL. Resolves when it ends, or when `isDone` says so: then it is stopped. */
async function run(service: string, flags: Flags, isDone: () => Promise<boolean> = async () => false): Promise<Ended> {
  const { NODE_OPTIONS: _hooks, ...env } = process.env
  const program = join(import.meta.dirname, '../../../app/services', service, 'main.ts')
  const args = Object.entries({ port: '0', 'log-level': 'trace', ...flags }).flatMap(([flag, value]) => [`--${flag}`, value])
  const startMs = performance.now()
  const child = spawn(process.execPath, ['--conditions=millrace-source', program, ...args], { env })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => void (output += text.toString()))
  let state: 'runs' | 'ended' = 'runs'
  const exit = once(child, 'exit').then(([code]) => {
    state = 'ended'
    return code as number | null
  })
  const stops = async (): Promise<void> => {
    while (state === 'runs' && !(await isDone()) && performance.now() - startMs < 2 * limitMs)
      await new Promise((resolve) => setTimeout(resolve, 100))
    child.kill('SIGTERM')
  }
  const [code] = await Promise.all([exit, stops()])
  return { code, ms: performance.now() - startMs, output }
}

/** Each list of operations as entries of one. */
const entriesOf = (acls: readonly Acl[]): readonly AclEntry[] =>
  acls.flatMap(({ operations, ...acl }) =>
    operations.map((operation) => ({
      ...acl,
      resource: acl.resource.replace('-', '_'),
      operation: spelled(operation).toUpperCase(),
    })),
  )
const spelled = (operation: string): string => operation.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_')

t.test('services on a secured cluster', async (t) => {
  const server = await ownKafka(t, { security: 'all', settings: aclSettings })
  if (server === null) return
  const cluster = kafka({ bootstrapServers: server.bootstrapServers })
  await createTopics(cluster)
  await using acls = await KafkaAcls.open(server.bootstrapServers)
  const producer = await openProducer(cluster, { clientId: 'test', schemaRegistry })
  t.teardown(() => producer.close())
  const dir = directory(t)
  const file = (name: string, content: string | Buffer): string => {
    writeFileSync(join(dir, name), content)
    return join(dir, name)
  }
  const secure = secureFlags(server, file)
  const refused = (t: Test, { code, ms, output }: Ended, what: RegExp): void => {
    t.equal(code, 1, 'it ends with an error')
    t.ok(ms < limitMs, `after ${Math.round(ms)} ms`)
    t.match(output, what)
    t.notMatch(output, password, 'the log has no password')
  }

  await t.test('a wrong authority, a wrong password: each service ends at once and names it', async (t) => {
    const other = file('other.pem', rootCertificates[0]!)
    const wrong = file('wrong', 'wrong-secret\n')
    const starts: readonly (readonly [string, Flags])[] = [
      ['retries', {}],
      ['streams', { application: 'transfer-enricher', 'avro-mode': 'plain', 'state-dir': join(dir, 'none') }],
    ]
    for (const [service, own] of starts) {
      // The first start of all reads the modules from the disk, for as long as that takes.
      await run(service, { ...own, help: '' })
      refused(t, await run(service, { ...secure, ...own, 'kafka-ca-file': other }), /TLS handshake: .*certificate/)
      const ended = await run(service, { ...secure, ...own, 'kafka-password-file': wrong })
      refused(t, ended, /refuses the credentials/)
      t.notMatch(ended.output, 'wrong-secret')
    }
  })

  /** Runs a service with all that it needs until its work is done, then with one permission less each of those that are `tried`. */
  const withLeast = async (
    t: Test,
    least: readonly Acl[],
    start: () => Promise<Ended>,
    tried: (entry: AclEntry) => boolean,
  ): Promise<void> => {
    const all = entriesOf(least)
    for (const entry of all) await acls.change('add', 'alice', entry)
    const { code, output } = await start()
    t.equal(code, 0, code === 0 ? 'with all of them it works' : output.slice(0, 2000))
    t.notMatch(output, password, 'the log has no password')
    for (const entry of all.filter(tried)) {
      await acls.change('remove', 'alice', entry)
      await t.test(`without ${entry.operation} of the ${entry.resource} ${entry.name}`, async (t) =>
        refused(t, await start(), new RegExp(`${entry.name.replaceAll('.', String.raw`\.`)}[^"]*AUTHORIZATION_FAILED`)),
      )
      await acls.change('add', 'alice', entry)
    }
    for (const entry of all) await acls.change('remove', 'alice', entry)
  }

  await t.test('capture of a table', async (t) => {
    const path = join(dir, 'users.db')
    const { database, rows } = openSqliteUsers(path)
    t.teardown(() => database.close())
    const start = async (): Promise<Ended> => {
      const before = await recordsIn(cluster, raw.name)
      const at = new Date().toISOString()
      await rows.insert({ name: 'Amara', createdAt: at, lastUpdatedAt: at })
      return run('capture', { ...secure, table: 'users', database: path }, () => moreThan(cluster, raw.name, before))
    }
    // Its dead letters are written only where a change becomes no record, and read once there are some.
    await withLeast(t, captureAcls('users'), start, ({ name }) => name === raw.name)
  })

  await t.test('retries', async (t) => {
    const start = async (): Promise<Ended> => {
      const before = await recordsIn(cluster, repeatable.replay)
      for (const name of repeatable.retries.values())
        await producer.send(bytesOf(name), [{ key: Buffer.from('1'), value: Buffer.from('x') }])
      return run('retries', secure, () => moreThan(cluster, repeatable.replay, before + 2))
    }
    // Of both tables the same holds.
    const tried = ({ name }: AclEntry): boolean =>
      ['retries-1000', repeatable.replay, repeatable.retries.get(1000)].includes(name)
    await withLeast(t, retriesAcls(), start, tried)
  })

  await t.test('a stream application', async (t) => {
    const flags = { ...secure, application: 'transfer-enricher', 'avro-mode': 'plain' }
    let started = 0
    const start = async (): Promise<Ended> => {
      const before = await recordsIn(cluster, enriched.name)
      const id = ++started
      await producer.send(users, [{ key: String(id), value: { id, name: 'Amara', ...times } }])
      const transfer = { id, fromUserId: id, toUserId: id, amount: '10.00', status: 'PENDING', ...times } as const
      await producer.send(transfers, [{ key: String(id), value: transfer }])
      return run('streams', { ...flags, 'state-dir': join(dir, `state-${id}`) }, () => moreThan(cluster, enriched.name, before))
    }
    // Internal topics are there after the first start, and nothing is refused.
    const tried = ({ name, operation }: AclEntry): boolean =>
      !name.endsWith('.dlq') && !['CREATE', 'DELETE', 'DESCRIBE_CONFIGS'].includes(operation)
    await withLeast(t, applicationAcls('transfer-enricher'), start, tried)
  })
})

const [repeatable] = repeatables as [(typeof repeatables)[number]]
const raw = bytesOf('raw.bank.users')
const times = { createdAt: Date.parse('2026-11-28T10:00:00Z'), lastUpdatedAt: Date.parse('2026-11-28T10:00:00Z') }

async function recordsIn(cluster: Cluster, name: string): Promise<number> {
  return withAdmin(cluster, 'test', async (admin) => {
    const [topic] = await admin.metadata([name])
    const partitions = topic!.partitions.map((_, partition) => ({ topic: name, partition }))
    return (await admin.listOffsets(partitions, 'latest')).reduce((sum, { offset }) => sum + offset, 0)
  })
}

const moreThan = async (cluster: Cluster, name: string, before: number): Promise<boolean> =>
  (await recordsIn(cluster, name)) > before

function secureFlags({ secure }: KafkaServer, file: (name: string, content: string | Buffer) => string): Flags {
  return {
    kafka: secure!.saslSsl,
    'kafka-tls': 'on',
    'kafka-ca-file': file('ca.pem', secure!.ca),
    'kafka-sasl': 'scram-sha-512',
    'kafka-user': 'alice',
    'kafka-password-file': file('password', `${password}\n`),
  }
}
