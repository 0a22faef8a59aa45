import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Cluster } from 'millrace'
import type { TObject } from 'typebox'
import type { AvroMode } from '../../examples/transfer-pipeline/schemas/avro-mode.ts'
import { publicSubjects } from '../../examples/transfer-pipeline/schemas/subjects.ts'
import * as topics from '../../examples/transfer-pipeline/topics.ts'
import { RegistryApi } from '../adapters/http/registry-api.ts'
import { checkSchemas } from '../adapters/kafka/check-schemas.ts'
import type { BankSql } from '../bank/bank-sql.ts'
import type { TableName } from '../capture/connect-json.ts'
import type { Part } from '../contracts/feed.ts'
import type { Log } from '../platform/log.ts'
import type { Service, ServiceDefinition } from '../platform/service.ts'
import { registerSchemas } from '../schemas/register-schemas.ts'
import { capture } from '../services/capture/main.ts'
import { coreRead } from '../services/core-read/main.ts'
import { retriesService } from '../services/retries/main.ts'
import { registryService } from '../services/registry/main.ts'
import { sinkService } from '../services/sink/main.ts'
import { transfersWrite } from '../services/transfers-write/main.ts'
import { usersWrite } from '../services/users-write/main.ts'
import { Applications, applicationsThread } from './applications.ts'
import { databaseOf, openDatabases } from './databases.ts'
import type { ServerDatabases } from './databases.ts'
import { createTopics, openCluster } from './open-cluster.ts'
import type { Guarantee } from './options.ts'
import { portOf } from './ports.ts'
import { RunningServices, timed } from './running-services.ts'
import type { OwnConfig } from './running-services.ts'

export interface Pipeline extends AsyncDisposable {
  readonly clusterName: string
  /** Where other processes find the cluster. */
  readonly bootstrapServers: string
  /** For clients beside the services. */
  readonly cluster: Cluster
  readonly dir: string
  /** For direct SQL, beside the services. */
  readonly users: BankSql
  readonly transfers: BankSql
  readonly registryUrl: string
  readonly usersUrl: string
  readonly transfersUrl: string
  readonly readUrl: string
  /** Resolves when every service answers with data. */
  readonly ready: Promise<void>
  /** Rejects when a part can no longer go on. */
  readonly failure: Promise<never>
  /** The addresses of the services that run now, by name, stream applications apart. */
  services(): ReadonlyMap<string, string>
  /** The addresses of the stream applications that run now, by name. */
  applications(): ReadonlyMap<string, string>
  /** Instances that run in other processes, by name: all that there are now. They count as applications from now on. */
  know(elsewhere: ReadonlyMap<string, string>): void
  /** Starts one more service beside those that there are. */
  start<C extends TObject>(definition: ServiceDefinition<C>, config: OwnConfig<C>): Promise<Service>
  /**
   * Stops a stream application, deletes its local state, and starts it again: it fills from its topics. Whoever asks meanwhile waits for
   * the same: a second start would find the state in use.
   */
  wipe(application: string): Promise<void>
}

/** What to start, and with which data. */
export interface PipelineSettings {
  readonly kafka: string | undefined
  /** Address of a schema registry. Default: the embedded one, in this process. */
  readonly registry?: string | undefined
  readonly dir: string
  /** Where the databases are. Default: SQLite files in `dir`. */
  readonly mariadb?: ServerDatabases | undefined
  /** Off: transfers stay PENDING until somebody changes them. Default on. */
  readonly settlement?: 'on' | 'off'
  /** Instances of the enricher, which share its tasks. Default 1. */
  readonly enrichers?: number
  /** How Avro bytes name their schema. It must be the one that the data in `dir` was written with. Default `registry`. */
  readonly avroMode?: AvroMode
  /** What holds for each record over a crash. Default exactly once. */
  readonly guarantee?: Guarantee
  /** Documents beyond that size are refused. Default 16 MiB. */
  readonly documentBytesMax?: number | undefined
  /** Where the services listen: each at its own port, or the next free one; or wherever a port is free. Default `free`. */
  readonly ports?: 'own' | 'free'
}

/**
 * Starts everything, from the write APIs to the read API, in this process. It is open when all services listen: the stream applications
 * start behind it, in a thread of their own, so that writes are taken whatever has to be restored. Disposing it stops all. `onPart` is
 * told how far each part is.
 */
export async function openPipeline(
  {
    kafka,
    registry,
    dir,
    mariadb,
    settlement = 'on',
    enrichers = 1,
    avroMode = 'registry',
    guarantee = 'exactly_once_v2',
    documentBytesMax,
    ports = 'free',
  }: PipelineSettings,
  log: Log,
  onPart: (part: Part) => void = () => {},
): Promise<Pipeline> {
  await using parts = new AsyncDisposableStack()
  await mkdir(dir, { recursive: true })
  const thread = parts.use(applicationsThread(log))
  const { cluster, bootstrapServers } = await timed({ name: 'broker', kind: 'broker' }, onPart, () =>
    openCluster(kafka, dir, parts),
  )
  await timed({ name: 'topics', kind: 'broker' }, onPart, () => createTopics(cluster))
  if (avroMode === 'registry' && registry === undefined) await checkSchemas(cluster, schemaTopics, kafka ?? dir)
  const running = new RunningServices({ log, cluster }, (name) => (ports === 'own' ? portOf(name) : 0), parts, onPart)
  const path = (name: string): string => join(dir, name)
  const registryUrl = registry ?? (await running.start(registryService, {})).url
  if (avroMode === 'registry') await registerPublicSchemas(registryUrl)
  const common = { registry: registryUrl, avroMode }
  const read = await running.start(coreRead, { documents: path('documents.db') })
  const database = (table: TableName) => databaseOf(table, { dir, mariadb })
  const sql = parts.use(await openDatabases({ dir, mariadb }))
  const users = await running.start(usersWrite, database('users'))
  const transfers = await running.start(transfersWrite, {
    ...common,
    ...database('transfers'),
    userWaitMs: 1000,
    settlement,
  })
  for (const table of ['users', 'transfers'] as const)
    await running.start(capture, { table, ...database(table), pollIntervalMs: 10 }, `capture-${table}`)
  await running.start(sinkService, { ...common, documents: path('documents.db'), ...(documentBytesMax && { documentBytesMax }) })
  await running.start(retriesService, {})
  const from = { ...common, dir, kafka: bootstrapServers, settlement, enrichers, guarantee }
  const applications = parts.use(new Applications(running, thread, from))
  const ready = applications.started.then(() => running.ready())
  ready.catch(() => {})
  const opened = parts.move()
  return {
    clusterName: cluster.description,
    bootstrapServers,
    cluster,
    dir,
    users: sql.users,
    transfers: sql.transfers,
    registryUrl,
    usersUrl: users.url,
    transfersUrl: transfers.url,
    readUrl: read.url,
    ready,
    failure: running.failure,
    services: () => running.services(),
    applications: () => running.applications(),
    know: (elsewhere) => running.know(elsewhere),
    start: (definition, config) => running.start(definition, config),
    wipe: (application) => applications.wipe(application),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

/** Before anything is written: a schema that the registry refuses ends the start, and the message says why. */
async function registerPublicSchemas(url: string): Promise<void> {
  const registry = new RegistryApi(url)
  try {
    await registerSchemas(registry, publicSubjects)
  } finally {
    await registry.close()
  }
}

const schemaTopics = {
  schemas: '_schemas',
  written: [
    topics.users,
    topics.transfers,
    topics.enriched,
    topics.balances,
    topics.transferCommands,
    topics.transferTotals,
    topics.transferAlerts,
    topics.auditLog,
  ].map(({ name }) => name),
}
