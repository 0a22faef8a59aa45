import { sentenceOf } from '../../model/sentence.ts'
import { ProcessorStateError } from '../../model/errors.ts'
import type { LevelDatabase, LevelOperation } from './level-database.ts'
import { encodings } from './level-database.ts'

/** Operations that are written together: all or none. `written` is called afterwards. */
export interface LevelGroup {
  readonly operations: readonly LevelOperation[]
  written?(): void
}

/**
 * Writes groups of operations asynchronously, in the order of the calls. One batch is on its way at a time; the next one has all
 * groups that came meanwhile. So a crash leaves the state after some group. After a failure nothing more is written, because the
 * database would have a gap.
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

  /** Takes a group. Throws the error of an earlier write that failed. */
  write(group: LevelGroup): void {
    if (this.#failure !== undefined) throw this.#failure
    this.#waiting.push(group)
    this.#running ??= this.#run()
  }

  /** Resolves when all groups so far are written. */
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
  const next = 'Mend that and start again: missing rows are restored from changelogs.'
  const message = `The database of the stores cannot be written: ${sentenceOf(cause)} ${next}`
  return new ProcessorStateError('STREAMS_STORAGE_FAILED', message, { cause })
}
