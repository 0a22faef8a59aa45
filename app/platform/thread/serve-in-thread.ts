import { flushCompileCache } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import type { Static, TObject } from 'typebox'
import { openLog } from '../log.ts'
import type { Service, ServiceDefinition } from '../service.ts'
import type { FromWorker, ToWorker, WorkerSettings } from './messages.ts'

/** What a worker does: it starts and closes services of this kind, as its `ServiceThread` asks. */
export function serveInThread<C extends TObject>(definition: ServiceDefinition<C>): void {
  const { log: options } = workerData as WorkerSettings
  const destination = { write: (line: string) => void process.stdout.write(line) }
  const log = openLog({ name: options.name, level: options.level as 'info', destination }).child({ service: definition.name })
  const services = new Map<number, Promise<Service>>()
  // A thread that is killed does not write its compile cache at its end. Once is enough: services of a kind have the same modules.
  let keepCompiled = (): void => {
    keepCompiled = () => {}
    flushCompileCache()
  }
  const say = (message: FromWorker): void => parentPort!.postMessage(message)

  async function start(number: number, config: unknown): Promise<void> {
    const failed = (error: Error): void => say({ service: number, type: 'failed', error })
    try {
      const starting = definition.start(config as Static<C>, { log })
      services.set(number, starting)
      const service = await starting
      service.failed.catch(failed)
      say({ service: number, type: 'started', url: service.url })
      await service.ready
      say({ service: number, type: 'ready' })
      keepCompiled()
    } catch (error) {
      failed(error as Error)
    }
  }

  async function close(number: number): Promise<void> {
    try {
      await (await services.get(number))?.close()
    } catch (error) {
      say({ service: number, type: 'failed', error: error as Error })
    }
    services.delete(number)
    say({ service: number, type: 'closed' })
  }

  parentPort!.on('message', (asked: ToWorker) => {
    void (asked.type === 'start' ? start(asked.service, asked.config) : close(asked.service))
  })
}
