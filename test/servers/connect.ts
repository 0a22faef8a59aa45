/**
 * A real Kafka Connect worker on loopback, from Maven's jars, with the real Debezium (MariaDB) and the real MongoDB connector, and a converter
 * for Avro of a registry (test/servers/connect/AvroConverter.java). Needs a JDK 17 and Maven.
 */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { jars } from './maven.ts'
import { end, freePort, launch, ready } from './server-process.ts'

const run = promisify(execFile)
const version = process.env['CONNECT_VERSION'] ?? '4.3.1'
const debezium = '3.5.0.Final'
const mongo = '2.0.1'
const avro = '1.12.2'
const parts = ['runtime', 'json', 'transforms'].map((part) => `org.apache.kafka:connect-${part}:${version}`)
const jvm = ['-Xmx384m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC']

/** A connector as Connect's REST API tells it. */
interface ConnectorStatus {
  readonly connector: { readonly state: string }
  readonly tasks: readonly { readonly state: string; readonly trace?: string }[]
}

export interface ConnectServer {
  /** The address of its REST API. */
  readonly url: string
  /** Makes a connector, or changes it, and resolves when its tasks run. */
  put(name: string, config: Readonly<Record<string, string>>): Promise<void>
  status(name: string): Promise<ConnectorStatus>
  /** What it has committed stays, for a connector of the same name. */
  delete(name: string): Promise<void>
  stop(): Promise<void>
}

/** Resolves when the worker takes connectors. */
export async function startConnect(bootstrapServers: string): Promise<ConnectServer> {
  const dir = await mkdtemp(join(tmpdir(), 'millrace-connect-'))
  const lib = await jars(`connect-${version}`, [...parts, 'org.apache.logging.log4j:log4j-slf4j-impl:2.25.5'])
  await installPlugins(join(dir, 'plugins'), lib)
  const port = await freePort()
  const properties = join(dir, 'worker.properties')
  await writeFile(properties, workerProperties(dir, port, bootstrapServers))
  await writeFile(join(dir, 'log4j2.properties'), logging)
  const java = [...jvm, `-Dlog4j2.configurationFile=${join(dir, 'log4j2.properties')}`, '-cp', `${lib}/*`]
  const args = [...java, 'org.apache.kafka.connect.cli.ConnectDistributed', properties]
  const server = { command: 'java', args, logFile: join(dir, 'log'), pidFile: join(dir, 'pid'), mark: properties }
  launch(server)
  await ready(server, 'Finished starting connectors and tasks', 120_000)
  const url = `http://127.0.0.1:${port}`
  return {
    url,
    put: (name, config) => put(url, name, config),
    status: (name) => ask(`${url}/connectors/${name}/status`) as Promise<ConnectorStatus>,
    delete: async (name) => void (await ask(`${url}/connectors/${name}`, { method: 'DELETE' })),
    stop: async () => {
      await end(server, 'SIGTERM')
      await rm(dir, { recursive: true, force: true })
    },
  }
}

async function put(url: string, name: string, config: Readonly<Record<string, string>>): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  await ask(`${url}/connectors/${name}/config`, { method: 'PUT', headers, body: JSON.stringify(config) })
  for (let tries = 0; ; tries++) {
    const status = (await ask(`${url}/connectors/${name}/status`).catch(() => null)) as ConnectorStatus | null
    const states = [status?.connector.state, ...(status?.tasks ?? []).map(({ state }) => state)]
    if (states.length > 1 && states.every((state) => state === 'RUNNING')) return
    if (states.includes('FAILED') || tries > 300) throw new Error(`The connector ${name} does not run: ${JSON.stringify(status)}`)
    await pause(100)
  }
}

async function ask(url: string, request: RequestInit = {}): Promise<unknown> {
  const answer = await fetch(url, request)
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}: ${text}`)
  return text === '' ? null : JSON.parse(text)
}

async function installPlugins(dir: string, connect: string): Promise<void> {
  const mongoJars = await jars(`mongo-kafka-connect-${mongo}`, [`org.mongodb.kafka:mongo-kafka-connect:${mongo}`])
  const avroJars = await jars(`avro-${avro}`, [`org.apache.avro:avro:${avro}`])
  await linkAll(
    await jars(`debezium-mariadb-${debezium}`, [`io.debezium:debezium-connector-mariadb:${debezium}`]),
    join(dir, 'debezium'),
  )
  await linkAll(mongoJars, join(dir, 'mongo'))
  await linkAll(avroJars, join(dir, 'avro'))
  // The MongoDB connector has no manifest of its services, and scanning all classes for plugins takes 10 s and 400 MB.
  await addJar(join(dir, 'mongo'), { 'sink.SinkConnector': 'com.mongodb.kafka.connect.MongoSinkConnector' })
  const source = join(import.meta.dirname, 'connect', 'AvroConverter.java')
  await run('javac', ['-cp', `${connect}/*:${avroJars}/*`, '-d', join(dir, 'avro', 'classes'), source])
  await addJar(join(dir, 'avro'), { 'storage.Converter': 'millrace.test.AvroConverter' })
}

async function linkAll(lib: string, dir: string): Promise<void> {
  await mkdir(dir, { recursive: true })
  for (const name of await readdir(lib)) await symlink(join(lib, name), join(dir, name))
}

/** Packs `classes` with a manifest of the services: kind below `org.apache.kafka.connect` → class. */
async function addJar(dir: string, services: Readonly<Record<string, string>>): Promise<void> {
  const folder = join(dir, 'classes', 'META-INF', 'services')
  await mkdir(folder, { recursive: true })
  for (const [kind, name] of Object.entries(services)) await writeFile(join(folder, `org.apache.kafka.connect.${kind}`), name)
  await run('jar', ['--create', '--file', join(dir, 'millrace-test.jar'), '-C', join(dir, 'classes'), '.'])
  await rm(join(dir, 'classes'), { recursive: true })
}

function workerProperties(dir: string, port: number, bootstrapServers: string): string {
  const topics = ['config', 'offset', 'status'].flatMap((kind) => [
    [`${kind}.storage.topic`, `_connect-${kind === 'status' ? kind : `${kind}s`}`],
    [`${kind}.storage.replication.factor`, 1],
    ...(kind === 'config' ? [] : [[`${kind}.storage.partitions`, 1]]),
  ])
  const settings = [
    ['bootstrap.servers', bootstrapServers],
    ['group.id', 'connect'],
    ['listeners', `http://127.0.0.1:${port}`],
    ['rest.advertised.host.name', '127.0.0.1'],
    ['plugin.path', join(dir, 'plugins')],
    ['plugin.discovery', 'service_load'],
    ['key.converter', 'org.apache.kafka.connect.json.JsonConverter'],
    ['value.converter', 'org.apache.kafka.connect.json.JsonConverter'],
    ...topics,
    ['offset.flush.interval.ms', 1000],
    // Otherwise a worker that was restarted idles for five minutes.
    ['scheduled.rebalance.max.delay.ms', 0],
    ['connector.client.config.override.policy', 'All'],
  ]
  return `${settings.map(([key, value]) => `${key}=${value}`).join('\n')}\n`
}

const logging = `rootLogger.level=INFO
rootLogger.appenderRef.o.ref=o
appender.o.type=Console
appender.o.name=o
appender.o.layout.type=PatternLayout
appender.o.layout.pattern=%d{HH:mm:ss,SSS} %p %m (%c{1})%n%throwable
`
