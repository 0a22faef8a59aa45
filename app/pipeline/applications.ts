import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { applications } from '../../examples/transfer-pipeline/main.ts'
import { defaultAlertLimits } from '../../examples/transfer-pipeline/topologies/analytics.ts'
import { defaultLimits } from '../../examples/transfer-pipeline/topologies/settlement.ts'
import type { AvroMode } from '../../examples/transfer-pipeline/schemas/avro-mode.ts'
import type { Guarantee } from './options.ts'
import type { Log } from '../platform/log.ts'
import type { Service } from '../platform/service.ts'
import { ServiceThread } from '../platform/thread/service-thread.ts'
import { streamsService } from '../services/streams/main.ts'
import type { RunningServices } from './running-services.ts'

export interface ApplicationsSettings {
  readonly dir: string
  /** Bootstrap servers, also of an embedded cluster: another thread reaches it like any client. */
  readonly kafka: string
  readonly registry: string
  readonly avroMode: AvroMode
  /** Off: transfers stay PENDING until somebody changes them. */
  readonly settlement: 'on' | 'off'
  /** Instances of the enricher, which share its tasks. */
  readonly enrichers: number
  /** What holds for each record over a crash. */
  readonly guarantee: Guarantee
}

/** A thread for stream applications. Its modules load while other parts start. */
export function applicationsThread(log: Log): ServiceThread {
  return new ServiceThread({ module: new URL('../services/streams/thread.ts', import.meta.url), log, name: 'pipeline' })
}

/** The stream applications of the pipeline. All start at once. */
export class Applications implements AsyncDisposable {
  readonly #running: RunningServices
  readonly #streams: typeof streamsService
  readonly #settings: ApplicationsSettings
  readonly #starting: readonly Promise<Service>[]
  readonly #wipes = new Map<string, Promise<void>>()

  constructor(running: RunningServices, thread: ServiceThread, settings: ApplicationsSettings) {
    this.#running = running
    this.#streams = thread.of(streamsService)
    this.#settings = settings
    const { settlement, enrichers } = settings
    const names = Object.keys(applications).filter((name) => name !== 'transfer-settlement' || settlement === 'on')
    const more = Array.from({ length: enrichers - 1 }, (_, index) => this.#start('transfer-enricher', `-${index + 2}`))
    this.#starting = [...names.map((name) => this.#start(name)), ...more]
    this.started.catch(running.fail)
  }

  /** Rejects with the error of the first that cannot start. */
  get started(): Promise<unknown> {
    return Promise.all(this.#starting)
  }

  /**
   * Stops an application, deletes its local state, and starts it again. Whoever asks meanwhile waits for the same: a second start would
   * find the state in use.
   */
  wipe(application: string): Promise<void> {
    const wiping = this.#wipes.get(application) ?? this.#wipe(application).finally(() => this.#wipes.delete(application))
    this.#wipes.set(application, wiping)
    return wiping
  }

  /** A start is not cut off: what it has opened by then would stay. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#starting)
  }

  async #wipe(application: string): Promise<void> {
    await this.started
    await this.#running.stop(application)
    await rm(join(this.#settings.dir, 'state', application), { recursive: true, force: true })
    await this.#start(application)
  }

  #start(application: string, instance = ''): Promise<Service> {
    const { dir, kafka, registry, avroMode, guarantee } = this.#settings
    const own = { application, stateDir: join(dir, `state${instance}`), kafka, registry, avroMode }
    const config = { ...own, ...limits, processingGuarantee: guarantee, commitIntervalMs: 100 }
    return this.#running.start(this.#streams, config, `${application}${instance}`)
  }
}

/** The limits of settlement and of alerts. */
const limits = {
  alertTransfers: defaultAlertLimits.velocity.transfers,
  alertWindowMs: defaultAlertLimits.velocity.windowMs,
  alertAmount: defaultAlertLimits.amount,
  auditMask: '',
  amountLimit: defaultLimits.amount,
  velocityTransfers: defaultLimits.velocity.transfers,
  velocityWindowMs: defaultLimits.velocity.windowMs,
}
