import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { join } from 'node:path'
import type { Log } from '../../platform/log.ts'
import { bff } from '../../services/bff/main.ts'
import { deadLettersService } from '../../services/dead-letters/main.ts'
import { inspectorService } from '../../services/inspector/main.ts'
import { schemasService } from '../../services/schemas/main.ts'
import { openPipeline } from '../pipeline.ts'
import type { ChildOptions, FromChild } from './messages.ts'
import { countRegularly } from './sql-count.ts'
import { TaskWatch } from './task-watch.ts'

export interface Child extends AsyncDisposable {
  /** Rejects when a part can no longer go on. */
  readonly failure: Promise<never>
  /** Stops the enricher, deletes its local state, and starts it again. */
  wipe(): Promise<void>
  /** Instances of applications in other processes are asked, too. */
  know(elsewhere: ReadonlyMap<string, string>): void
}

const enricher = 'transfer-enricher'

/** Starts all there is, and says how far it is. */
export async function openChild(options: ChildOptions, log: Log, say: (message: FromChild) => void): Promise<Child> {
  await using parts = new AsyncDisposableStack()
  const pipeline = parts.use(await openPipeline(options, log, (part) => say({ type: 'part', part })))
  const schemas = { registry: pipeline.registryUrl, ...(options.avroMode && { avroMode: options.avroMode }) }
  const inspector = await pipeline.start(inspectorService, {
    ...schemas,
    clusterIdentity: identityOf(options),
  })
  const { usersUrl, transfersUrl, readUrl } = pipeline
  const letters = await pipeline.start(deadLettersService, schemas)
  const contracts = await pipeline.start(schemasService, { registry: pipeline.registryUrl })
  const behind = {
    users: usersUrl,
    transfers: transfersUrl,
    read: readUrl,
    letters: letters.url,
    schemas: contracts.url,
    inspector: inspector.url,
  }
  const front = await pipeline.start(bff, { ...behind, applications: '', timeoutMs: 5000 })
  say({
    type: 'urls',
    urls: {
      inspector: inspector.url,
      bff: front.url,
      users: usersUrl,
      transfers: transfersUrl,
      read: readUrl,
      kafka: pipeline.bootstrapServers,
      registry: pipeline.registryUrl,
    },
  })
  void pipeline.ready.then(() => say({ type: 'ready' })).catch(() => {})
  // Now, because a process that is killed does not write its compile cache at its end.
  void pipeline.ready.then(flushCompileCache).catch(() => {})
  parts.use(countRegularly(pipeline, say))
  parts.use(new TaskWatch(pipeline, say))
  const opened = parts.move()
  return {
    failure: pipeline.failure,
    wipe: () => pipeline.wipe(enricher),
    know: (elsewhere) => pipeline.know(elsewhere),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

/** Tells this directory's topics from those of another: the embedded cluster has the identity of its directory. */
function identityOf({ dir, kafka }: ChildOptions): string {
  if (kafka !== undefined) return kafka
  const path = join(dir, 'kafka', 'cluster-identity')
  if (!existsSync(path)) writeFileSync(path, randomUUID())
  return readFileSync(path, 'utf8')
}
