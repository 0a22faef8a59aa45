import { Worker } from 'node:worker_threads'
import type { TObject } from 'typebox'
import type { Log } from '../log.ts'
import type { Service, ServiceDefinition } from '../service.ts'
import type { FromWorker, ToWorker, WorkerSettings } from './messages.ts'
import { ThreadService } from './thread-service.ts'

export interface ServiceThreadOptions {
  /** The module that calls `serveInThread`. */
  readonly module: URL
  /** Lines of the thread go to stdout, at the level of this log. */
  readonly log: Log
  /** The name in each line. */
  readonly name: string
}

/**
 * A thread of this process in which services run: what they compute holds up nobody else, and a second core works. They are reached by
 * their addresses, and reach a cluster by its address. Kill -9 of the process ends them with it.
 */
export class ServiceThread implements AsyncDisposable {
  readonly #worker: Worker
  readonly #services = new Map<number, ThreadService>()
  #started = 0
  /** Why there is no thread any more. */
  #ended: Error | null = null

  constructor({ module, log, name }: ServiceThreadOptions) {
    const workerData: WorkerSettings = { log: { name, level: log.level } }
    // With the flags of this process, such as the conditions by which packages are found.
    this.#worker = new Worker(module, { workerData })
    this.#worker.on('message', (message: FromWorker) => this.#hear(message))
    this.#worker.on('error', (error: Error) => this.#end(error))
    // A thread may also go without an error: where a module of it calls process.exit().
    this.#worker.on('exit', (code: number) => this.#end(new Error(`The thread of ${name} has ended with code ${code}.`)))
  }

  /** The same service; it starts in this thread. */
  of<C extends TObject>(definition: ServiceDefinition<C>): ServiceDefinition<C> {
    return { ...definition, start: (config) => this.#start(config) }
  }

  /** Ends the thread. Services that still run are not closed before. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate()
  }

  #start(config: unknown): Promise<Service> {
    if (this.#ended !== null) return Promise.reject(this.#ended)
    const number = this.#started++
    const service = new ThreadService(() => this.#say({ type: 'close', service: number }))
    this.#services.set(number, service)
    this.#say({ type: 'start', service: number, config })
    return service.started
  }

  #say(message: ToWorker): void {
    this.#worker.postMessage(message)
  }

  #hear(message: FromWorker): void {
    this.#services.get(message.service)?.hear(message)
    if (message.type === 'closed') this.#services.delete(message.service)
  }

  /** With the thread all that ran in it has ended. The first reason counts. */
  #end(error: Error): void {
    this.#ended ??= error
    for (const service of this.#services.keys()) {
      this.#hear({ service, type: 'failed', error: this.#ended })
      this.#hear({ service, type: 'closed' })
    }
  }
}
