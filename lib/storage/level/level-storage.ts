import { LockError } from '../../model/errors.ts'
import type { StorageEnvironment, StorageFactory } from '../storage.ts'
import type { LevelTable } from './level-table.ts'
import type { LevelEnvironmentOptions } from './level-environment.ts'
import { LevelEnvironment } from './level-environment.ts'

/** Environments in one database of the Level ecosystem. {@link openLevelStorage} makes it. */
export class LevelStorage implements StorageFactory, AsyncDisposable {
  readonly medium = 'disk'
  readonly #options: LevelEnvironmentOptions
  readonly #environments = new Map<string, LevelEnvironment>()
  #closing: Promise<void> | undefined

  constructor(options: LevelEnvironmentOptions) {
    this.#options = options
  }

  open(name: string): StorageEnvironment {
    const environment = this.#environment(name)
    if (environment.isOpen)
      throw new LockError('STREAMS_STORAGE_LOCKED', `The environment ${name} is open already: close it first.`, {
        facts: { name },
      })
    environment.open()
    return environment
  }

  destroy(name: string): void {
    this.#environments.get(name)?.destroy()
    this.#environments.delete(name)
  }

  list(prefix: string): readonly string[] {
    return [...this.#environments.keys()].filter((name) => name.startsWith(prefix)).sort()
  }

  async flush(): Promise<void> {
    await this.#options.writer.flush()
  }

  /** Awaits all writes, and closes the database. Rejects if a write failed. Idempotent. */
  async close(): Promise<void> {
    this.#closing ??= this.#close()
    await this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** @internal Makes an environment, or a table, that the database already has. */
  load(environment: string, table: string | undefined): LevelTable | undefined {
    const loaded = this.#environment(environment)
    return table === undefined ? undefined : loaded.load(table)
  }

  async #close(): Promise<void> {
    try {
      await this.flush()
    } finally {
      await this.#options.database.close()
    }
  }

  #environment(name: string): LevelEnvironment {
    const environment = this.#environments.get(name) ?? new LevelEnvironment(name, this.#options)
    this.#environments.set(name, environment)
    return environment
  }
}
