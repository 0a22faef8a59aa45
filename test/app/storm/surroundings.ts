import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { createTopics } from '../../../app/pipeline/open-cluster.ts'
import { kafka } from '../../../lib/index.ts'
import { Killable, freePort } from './killable.ts'

/** What the pipeline needs and does not have in its own process, so that each can fail alone. */
export interface Surroundings extends AsyncDisposable {
  readonly kafka: string
  readonly registry: string
  /** Takes it away for so long. */
  readonly fail: Readonly<Record<Failing, (ms: number) => Promise<void>>>
}

export type Failing = 'registry' | 'store' | 'broker'

const registryProgram = new URL('../../../app/services/registry/main.ts', import.meta.url)

/** A broker with its log in `dir`, and a registry, both at ports that stay theirs. */
export async function openSurroundings(dir: string): Promise<Surroundings> {
  await using parts = new AsyncDisposableStack()
  const broker = parts.use(new Killable(new URL('broker.ts', import.meta.url), [join(dir, 'kafka'), String(await freePort())]))
  const bootstrapServers = await broker.start()
  await createTopics(kafka({ bootstrapServers }))
  const args = ['--kafka', bootstrapServers, '--port', String(await freePort()), '--log-level', 'error']
  const registry = parts.use(new Killable(registryProgram, args))
  const url = await registry.start()
  const opened = parts.move()
  return {
    kafka: bootstrapServers,
    registry: url,
    fail: {
      registry: (ms) => killed(registry, ms),
      store: (ms) => locked(join(dir, 'documents.db'), ms),
      broker: (ms) => killed(broker, ms),
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

async function killed(process: Killable, ms: number): Promise<void> {
  await process.kill()
  await delay(ms)
  await process.start()
}

/** Nobody else can write. */
async function locked(path: string, ms: number): Promise<void> {
  using database = new DatabaseSync(path, { timeout: 10_000 })
  database.exec('begin immediate')
  await delay(ms)
  database.exec('rollback')
}
