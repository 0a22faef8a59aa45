import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TObject, Static } from 'typebox'
import { applications } from '../../examples/transfer-pipeline/main.ts'
import { defaultLimits } from '../../examples/transfer-pipeline/topologies/settlement.ts'
import { BankDatabase } from '../adapters/sqlite/bank-database.ts'
import type { Log } from '../platform/log.ts'
import type { Service, ServiceContext, ServiceDefinition } from '../platform/service.ts'
import { capture } from '../services/capture/main.ts'
import { coreRead } from '../services/core-read/main.ts'
import { registryService } from '../services/registry/main.ts'
import { sinkService } from '../services/sink/main.ts'
import { streamsService } from '../services/streams/main.ts'
import { transfersWrite } from '../services/transfers-write/main.ts'
import { usersWrite } from '../services/users-write/main.ts'
import { createTopics, openCluster } from './open-cluster.ts'
import type { PipelineOptions } from './options.ts'

export interface Pipeline extends AsyncDisposable {
  readonly clusterName: string
  readonly dir: string
  /** For direct SQL, beside the services. */
  readonly users: BankDatabase
  readonly transfers: BankDatabase
  readonly registryUrl: string
  readonly usersUrl: string
  readonly transfersUrl: string
  readonly readUrl: string
  /** Resolves when every service answers with data. */
  readonly ready: Promise<void>
  /** Rejects when a part can no longer go on. */
  readonly failure: Promise<never>
}

/** Starts everything, from the write APIs to the read API, in this process and on free ports. Disposing it stops all. */
export async function openPipeline(options: PipelineOptions, log: Log): Promise<Pipeline> {
  await using parts = new AsyncDisposableStack()
  const dir = await openDirectory(options.dir, parts)
  const cluster = await openCluster(options.kafka, dir, parts)
  await createTopics(cluster)
  const running = new RunningServices({ log, cluster }, parts)
  const path = (name: string): string => join(dir, name)
  const registry = await running.start(registryService, { path: path('registry.db') })
  const common = { registry: registry.url }
  await running.start(sinkService, { ...common, documents: path('documents.db') })
  const read = await running.start(coreRead, { documents: path('documents.db') })
  const settlement = options.settlement ?? 'on'
  for (const application of Object.keys(applications))
    if (application !== 'transfer-settlement' || settlement === 'on')
      await running.start(streamsService, { ...common, ...limits, application, stateDir: path('state'), commitIntervalMs: 100 })
  const users = await running.start(usersWrite, { database: path('users.db') })
  const transfers = await running.start(transfersWrite, {
    ...common,
    database: path('transfers.db'),
    userWaitMs: 1000,
    settlement,
  })
  for (const table of ['users', 'transfers'] as const)
    await running.start(capture, { table, database: path(`${table}.db`), pollIntervalMs: 10 })
  const open = (table: 'users' | 'transfers'): BankDatabase =>
    parts.adopt(new BankDatabase(path(`${table}.db`), table), (database) => database.close())
  const [usersDatabase, transfersDatabase] = [open('users'), open('transfers')]
  const opened = parts.move()
  return {
    clusterName: cluster.description,
    dir,
    users: usersDatabase,
    transfers: transfersDatabase,
    registryUrl: registry.url,
    usersUrl: users.url,
    transfersUrl: transfers.url,
    readUrl: read.url,
    ready: running.ready(),
    failure: running.failure(),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

/** The limits of settlement. */
const limits = {
  amountLimit: defaultLimits.amount,
  velocityTransfers: defaultLimits.velocity.transfers,
  velocityWindowMs: defaultLimits.velocity.windowMs,
}

/** What every service has beside its own configuration: all listen on free ports of this machine. */
const listening = { host: '127.0.0.1', port: 0, logLevel: 'info', kafka: '' } as const

class RunningServices {
  readonly #context: ServiceContext
  readonly #parts: AsyncDisposableStack
  readonly #services: Service[] = []

  constructor(context: ServiceContext, parts: AsyncDisposableStack) {
    this.#context = context
    this.#parts = parts
  }

  async start<C extends TObject>(
    definition: ServiceDefinition<C>,
    config: Omit<Static<C>, keyof typeof listening>,
  ): Promise<Service> {
    const log = this.#context.log.child({ service: definition.name })
    const service = await definition.start({ ...listening, ...config } as Static<C>, { ...this.#context, log })
    this.#parts.defer(() => service.close())
    this.#services.push(service)
    return service
  }

  async ready(): Promise<void> {
    await Promise.all(this.#services.map((service) => service.ready))
  }

  failure(): Promise<never> {
    const failure = Promise.race(this.#services.map((service) => service.failed))
    failure.catch(() => {})
    return failure
  }
}

async function openDirectory(dir: string | undefined, parts: AsyncDisposableStack): Promise<string> {
  if (dir !== undefined) {
    await mkdir(dir, { recursive: true })
    return dir
  }
  const temporary = await mkdtemp(join(tmpdir(), 'millrace-pipeline-'))
  parts.defer(() => rm(temporary, { recursive: true, force: true }))
  return temporary
}
