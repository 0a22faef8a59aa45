import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { SQLInputValue } from 'node:sqlite'
import { createInterface } from 'node:readline'
import type { State } from '../../../app/contracts/feed.ts'
import { until } from './browser-test.ts'

const root = new URL('../../..', import.meta.url).pathname
const startWithinMs = 180_000

export interface Pipeline extends AsyncDisposable {
  readonly url: string
  readonly dir: string
}

/** The pipeline as a user starts it, without its generator; it has its users when this resolves. */
export async function startPipeline(more: readonly string[] = []): Promise<Pipeline> {
  const dir = await mkdtemp(join(tmpdir(), 'millrace-page-'))
  const { NODE_OPTIONS: _, ...env } = process.env
  const child = spawn(
    process.execPath,
    ['--conditions=millrace-source', 'app/pipeline/main.ts', '--dir', dir, '--rate', '0', '--port', '18080', ...more],
    {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const url = await addressOf(child)
  await until('the pipeline runs, and has its users', async () => {
    const { system, users } = await stateOf(url)
    return system.phase === 'paused' && users.length >= 4 // its generator rests
  }, startWithinMs) // prettier-ignore
  return {
    url,
    dir,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM')
      await ended
      await rm(dir, { recursive: true, force: true })
    },
  }
}

/** The address that a pipeline prints. */
export function addressOf(pipeline: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    pipeline.once('exit', (code) => reject(new Error(`The pipeline has ended with ${code}.`)))
    createInterface(pipeline.stdout!).on('line', (line) => {
      const found = /https?:\/\/[^\s]+/.exec(line)
      if (found !== null) resolve(found[0])
    })
  })
}

const stateOf = async (url: string): Promise<State> => (await (await fetch(`${url}/api/state`)).json()) as State

/** One of its databases, beside the services. */
export class Sql implements Disposable {
  readonly #database: DatabaseSync

  constructor({ dir }: Pipeline, name: 'users' | 'transfers') {
    this.#database = new DatabaseSync(join(dir, `${name}.db`), { timeout: 10_000 })
  }

  all<T>(sql: string, ...parameters: SQLInputValue[]): T[] {
    return this.#database.prepare(sql).all(...parameters) as T[]
  }

  run(sql: string, ...parameters: SQLInputValue[]): number {
    return Number(this.#database.prepare(sql).run(...parameters).lastInsertRowid)
  }

  [Symbol.dispose](): void {
    this.#database.close()
  }
}
