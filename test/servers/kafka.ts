/**
 * A real Apache Kafka (KRaft, brokers and controllers in one) on loopback, from Maven's jars. Needs Java 17 and Maven.
 *
 *     node test/servers/kafka.ts start [--dir DIR] [--port PORT] [--brokers N]    prints the bootstrap servers
 *     node test/servers/kafka.ts stop [--dir DIR]
 */
import { execFile } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { makeCertificates, scramUsers, secureListeners, securitySettings } from './kafka-security.ts'
import type { SecureListeners, SecurePorts } from './kafka-security.ts'
import { jars, javaUnavailable } from './maven.ts'
import { end, freePort, launch, livePid, ready } from './server-process.ts'
import type { ServerCommand } from './server-process.ts'

const run = promisify(execFile)
const defaultVersion = process.env['KAFKA_VERSION'] ?? '4.4.0'
const logging = 'org.apache.logging.log4j:log4j-slf4j-impl:2.25.5'
const quickJvm = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC']
const smallJvm = ['-Xmx256m', ...quickJvm]

export interface KafkaServerOptions {
  /** Holds data, configuration and logs. One that was used before is continued. Default: a fresh one, deleted by `stop`. */
  readonly dir?: string
  /** Of the first broker; the others take free ones. Default: a free port. */
  readonly port?: number
  /** Default 1. */
  readonly brokers?: number
  /** Adds a listener that clients are told to reach at this port, for a proxy in between. Only for one broker. */
  readonly proxyPort?: number
  /** Adds listeners with SASL, TLS, and both. Only for one broker. */
  readonly security?: 'all'
  /** Default: `KAFKA_VERSION`, or 4.4.0. */
  readonly version?: string
  /** Options of the JVM. Default: what starts soon and takes little memory. */
  readonly jvm?: readonly string[]
  /** Settings of the brokers, instead of those of this file. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>
}

export interface KafkaServer {
  readonly bootstrapServers: string
  readonly dir: string
  /** Where the proxy at `proxyPort` has to forward to. */
  readonly proxyTargetPort: number | null
  readonly secure: SecureListeners | null
  stop(): Promise<void>
  /** SIGKILL. A fresh folder stays. */
  kill(): Promise<void>
  /** SIGKILL for one broker, by its id: they are numbered from 1. */
  killBroker(id: number): Promise<void>
  /** Starts a broker that was killed. */
  startBroker(id: number): Promise<void>
}

interface Ports {
  readonly client: number
  readonly controller: number
  readonly proxied: number | null
  readonly advertised: number | null
  readonly secure: SecurePorts | null
}

/** Resolves when all brokers take requests. Rejects with the end of the log of the broker that does not start. */
export async function startKafka(options: KafkaServerOptions = {}): Promise<KafkaServer> {
  const dir = options.dir === undefined ? await mkdtemp(join(tmpdir(), 'millrace-kafka-')) : resolve(options.dir)
  const { version = defaultVersion } = options
  const lib = await jars(`kafka-${version}`, [`org.apache.kafka:kafka_2.13:${version}`, logging])
  if (!existsSync(join(dir, 'ports.json'))) await configure(dir, options)
  const start = (broker: Broker): Promise<void> => startBroker(broker, lib, options.jvm ?? smallJvm)
  const byId = (id: number): Broker => broker(join(dir, `broker-${id}`))
  const kill = async (): Promise<void> => void (await Promise.all(brokers(dir).map(({ server }) => end(server, 'SIGKILL'))))
  // A broker that does not come up is not left behind.
  await Promise.all(brokers(dir).map(start)).catch((error: unknown) => kill().then(() => Promise.reject(error as Error)))
  return {
    bootstrapServers: bootstrapServers(dir),
    dir,
    proxyTargetPort: portsOf(dir)[0]!.proxied,
    secure: await secureListenersOf(dir),
    kill,
    killBroker: (id) => end(byId(id).server, 'SIGKILL'),
    startBroker: (id) => start(byId(id)),
    stop: async () => {
      await stopKafka(dir)
      if (options.dir === undefined) await rm(dir, { recursive: true, force: true })
    },
  }
}

async function secureListenersOf(dir: string): Promise<SecureListeners | null> {
  const [{ secure } = { secure: null }] = portsOf(dir)
  return secure === null ? null : secureListeners(dir, secure)
}

async function stopKafka(dir: string): Promise<void> {
  await Promise.all(brokers(resolve(dir)).map(({ server }) => end(server, 'SIGTERM')))
}

interface Broker {
  readonly dir: string
  readonly properties: string
  readonly server: ServerCommand
}

function brokers(dir: string): readonly Broker[] {
  if (!existsSync(dir)) return []
  const names = readdirSync(dir).filter((name) => name.startsWith('broker-'))
  return names.sort().map((name) => broker(join(dir, name)))
}

function broker(dir: string): Broker {
  const properties = join(dir, 'server.properties')
  const files = { logFile: join(dir, 'log'), pidFile: join(dir, 'pid'), mark: properties }
  return { dir, properties, server: { command: 'java', args: [], ...files } }
}

async function startBroker({ dir, properties, server }: Broker, lib: string, jvm: readonly string[]): Promise<void> {
  if (livePid(server) !== null) return
  if (!existsSync(join(dir, 'data/meta.properties'))) await format(properties, lib)
  // Kafka before version 4 logs by reload4j.
  const logs = [
    `-Dlog4j2.configurationFile=${join(dir, 'log4j2.properties')}`,
    `-Dlog4j.configuration=file:${join(dir, 'log4j.properties')}`,
  ]
  const command = { ...server, args: [...jvm, ...logs, '-cp', `${lib}/*`, 'kafka.Kafka', properties] }
  launch(command)
  // An open port is up to a second too early; the line is written once the broker takes part in the cluster.
  await ready(command, 'Kafka Server started', 60_000)
}

async function format(properties: string, lib: string): Promise<void> {
  const tool = ['-cp', `${lib}/*`, 'kafka.tools.StorageTool', 'format', '-t', 'bWlsbHJhY2UtdGVzdC1jbA', '-c', properties]
  const isSecure = readFileSync(properties, 'utf8').includes('sasl.enabled.mechanisms')
  await run('java', [...quickJvm, ...tool, ...(isSecure ? scramUsers() : [])])
}

async function configure(dir: string, options: KafkaServerOptions): Promise<void> {
  const ports: Ports[] = []
  for (let index = 0; index < (options.brokers ?? 1); index++) ports.push(await choosePorts(options, index))
  for (const [index] of ports.entries()) {
    const folder = join(dir, `broker-${index + 1}`)
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'server.properties'), serverProperties(folder, ports, index, options.settings))
    await writeFile(join(folder, 'log4j2.properties'), log4j)
    await writeFile(join(folder, 'log4j.properties'), reload4j)
  }
  if (options.security !== undefined) await makeCertificates(dir)
  await writeFile(join(dir, 'ports.json'), JSON.stringify(ports))
}

async function choosePorts({ port, proxyPort, security }: KafkaServerOptions, index: number): Promise<Ports> {
  const client = index === 0 && port !== undefined ? port : await freePort()
  const proxied = proxyPort === undefined ? null : await freePort()
  const secure = security === undefined ? null : { sasl: await freePort(), ssl: await freePort(), saslSsl: await freePort() }
  return { client, controller: await freePort(), proxied, advertised: proxyPort ?? null, secure }
}

function portsOf(dir: string): readonly Ports[] {
  return JSON.parse(readFileSync(join(dir, 'ports.json'), 'utf8')) as Ports[]
}

function bootstrapServers(dir: string): string {
  return portsOf(dir)
    .map(({ client }) => `127.0.0.1:${client}`)
    .join(',')
}

function serverProperties(dir: string, ports: readonly Ports[], index: number, chosen: KafkaServerOptions['settings']): string {
  const { client, controller, proxied, advertised, secure } = ports[index]!
  const replicas = Math.min(3, ports.length)
  const secured = secure === null ? [] : [['SASL_PLAINTEXT', secure.sasl], ['SSL', secure.ssl], ['SASL_SSL', secure.saslSsl]] // prettier-ignore
  const plain = [['PLAINTEXT', client], ...secured].map(([name, port]) => `${name}://127.0.0.1:${port}`).join(',')
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': index + 1,
    'controller.quorum.voters': ports.map((port, at) => `${at + 1}@127.0.0.1:${port.controller}`).join(','),
    listeners: `${plain},CONTROLLER://127.0.0.1:${controller}${proxied === null ? '' : `,PROXIED://127.0.0.1:${proxied}`}`,
    'advertised.listeners': `${plain}${proxied === null ? '' : `,PROXIED://127.0.0.1:${advertised}`}`,
    'listener.security.protocol.map':
      'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,PROXIED:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,SSL:SSL,SASL_SSL:SASL_SSL',
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': join(dir, 'data'),
    'default.replication.factor': replicas,
    'min.insync.replicas': Math.max(1, replicas - 1),
    'offsets.topic.replication.factor': replicas,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': Math.max(1, replicas - 1),
    'share.coordinator.state.topic.replication.factor': replicas,
    ...quickSettings,
    ...(secure === null ? {} : securitySettings(join(dir, '..'))),
    ...chosen,
  }
  const lines = Object.entries(settings).map(([key, value]) => `${key}=${value}`)
  return `${lines.join('\n')}\n`
}

/** What makes groups, time-outs and compaction quick, and a broker small. */
const quickSettings = {
  'auto.create.topics.enable': false,
  'offsets.topic.num.partitions': 4,
  'transaction.state.log.num.partitions': 4,
  'share.coordinator.state.topic.min.isr': 1,
  'share.coordinator.state.topic.num.partitions': 2,
  'group.initial.rebalance.delay.ms': 0,
  'group.min.session.timeout.ms': 1000,
  'transaction.abort.timed.out.transaction.cleanup.interval.ms': 1000,
  'log.cleaner.dedupe.buffer.size': 2_097_152,
  'log.cleaner.backoff.ms': 500,
  'log.initial.task.delay.ms': 1000,
  'log.retention.check.interval.ms': 1000,
  // A killed broker may register again only when its old session has ended.
  'broker.session.timeout.ms': 3000,
  'broker.heartbeat.interval.ms': 500,
  'num.network.threads': 2,
  'num.io.threads': 4,
}

const log4j = `rootLogger.level=INFO
rootLogger.appenderRef.o.ref=o
appender.o.type=Console
appender.o.name=o
appender.o.layout.type=PatternLayout
appender.o.layout.pattern=%d{HH:mm:ss,SSS} %p %m (%c{1})%n%throwable
`

const reload4j = `log4j.rootLogger=INFO, stdout
log4j.appender.stdout=org.apache.log4j.ConsoleAppender
log4j.appender.stdout.layout=org.apache.log4j.PatternLayout
log4j.appender.stdout.layout.ConversionPattern=%d{HH:mm:ss,SSS} %p %m (%c{1})%n
`

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { dir: { type: 'string' }, port: { type: 'string' }, brokers: { type: 'string' } },
  })
  const dir = values.dir ?? join(tmpdir(), 'millrace-kafka')
  if (positionals[0] === 'stop') return stopKafka(dir)
  if (positionals[0] !== 'start') throw new Error('Say start or stop.')
  const reason = javaUnavailable()
  if (reason !== null) throw new Error(reason)
  const server = await startKafka({
    dir,
    ...(values.port === undefined ? {} : { port: Number(values.port) }),
    ...(values.brokers === undefined ? {} : { brokers: Number(values.brokers) }),
  })
  console.log(server.bootstrapServers)
}

if (import.meta.main) await main()
