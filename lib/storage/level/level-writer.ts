import { ProcessorStateError } from '../../model/errors.ts'
import type { LevelDatabase, LevelOperation } from './level-database.ts'
import { encodings } from './level-database.ts'

/** Operations that are written all or none, and what is to be done after. */
export interface LevelGroup {
  readonly operations: readonly LevelOperation[]
  written?(): void
}

/**
 * Writes behind the callers' backs, in their order: one batch at a time, of all that has come since the one before. What a crash leaves is
 * thus what was there after some group. The first failure is the last write: the database would have a gap.
 */
export class LevelWriter {
  readonly #database: LevelDatabase
  readonly #sync: boolean
  #waiting: LevelGroup[] = []
  #running: Promise<void> | undefined
  #failure: ProcessorStateError | undefined

  constructor(database: LevelDatabase, durability: 'process' | 'flush') {
    this.#database = database
    this.#sync = durability === 'flush'
  }

  /** Throws where an earlier write has failed. */
  write(group: LevelGroup): void {
    if (this.#failure !== undefined) throw this.#failure
    this.#waiting.push(group)
    this.#running ??= this.#run()
  }

  /** Resolves when all that was given is written. */
  async flush(): Promise<void> {
    await this.#running
    if (this.#failure !== undefined) throw this.#failure
  }

  async #run(): Promise<void> {
    try {
      while (this.#waiting.length > 0) await this.#writeBatch(this.#waiting.splice(0))
    } catch (error) {
      this.#failure = writeFailed(error)
    }
    this.#running = undefined
  }

  async #writeBatch(groups: readonly LevelGroup[]): Promise<void> {
    const operations = groups.flatMap((group) => group.operations)
    await this.#database.batch(operations, { ...encodings, sync: this.#sync })
    for (const group of groups) group.written?.()
  }
}

function writeFailed(cause: unknown): ProcessorStateError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  const message = `The database of the stores cannot be written: ${reason} Mend that and start again; what is missing is restored.`
  return new ProcessorStateError('STREAMS_STORAGE_FAILED', message, { cause })
}
