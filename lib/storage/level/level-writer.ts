import { sentenceOf } from '../../model/sentence.ts'
import { ProcessorStateError, StreamsError } from '../../model/errors.ts'
import type { LevelDatabase, LevelOperation } from './level-database.ts'
import { encodings } from './level-database.ts'

/** Operations that are written together: all or none. `written` is called afterwards. */
export interface LevelGroup {
  readonly operations: readonly LevelOperation[]
  written?(): void
}

/**
 * Writes groups of operations asynchronously, in the order of the calls. One batch is on its way at a time; the next one has all
 * groups that came meanwhile. So a crash leaves the state after some group. A batch that the database has no room for waits, with all
 * that comes after it, and is tried again by `flush` and `check`. After any other failure nothing more is written, because the database
 * would have a gap.
 */
export class LevelWriter {
  readonly #database: LevelDatabase
  readonly #sync: boolean
  #waiting: LevelGroup[] = []
  #running: Promise<void> | undefined
  #full: StreamsError | undefined
  #failure: ProcessorStateError | undefined

  constructor(database: LevelDatabase, durability: 'process' | 'flush') {
    this.#database = database
    this.#sync = durability === 'flush'
  }

  /** Takes a group. Throws the error of an earlier write that failed, unless that write only waits for room. */
  write(group: LevelGroup): void {
    if (this.#failure !== undefined) throw this.#failure
    this.#waiting.push(group)
    if (this.#full === undefined) this.#start()
  }

  /** Throws a `StreamsError` (`STREAMS_STORAGE_FULL`) if groups wait for room. They are tried again meanwhile. */
  check(): void {
    const full = this.#full
    this.#start()
    if (full !== undefined) throw full
  }

  /** Resolves when all groups so far are written. Rejects if they wait for room, or if a write failed. */
  async flush(): Promise<void> {
    this.#start()
    await this.#running
    const error = this.#failure ?? this.#full
    if (error !== undefined) throw error
  }

  #start(): void {
    if (this.#waiting.length > 0 && this.#failure === undefined) this.#running ??= this.#run()
  }

  async #run(): Promise<void> {
    try {
      while (this.#waiting.length > 0) await this.#writeBatch(this.#waiting.length)
      this.#full = undefined
    } catch (error) {
      if (isFull(error)) this.#full = noRoom(error)
      else this.#failure = writeFailed(error)
    }
    this.#running = undefined
  }

  async #writeBatch(count: number): Promise<void> {
    const groups = this.#waiting.slice(0, count)
    const operations = groups.flatMap((group) => group.operations)
    await this.#database.batch(operations, { ...encodings, sync: this.#sync })
    this.#waiting.splice(0, count)
    for (const group of groups) group.written?.()
  }
}

const fullCodes: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT'])

/** Bindings give the message of the system, perhaps as the cause of an error of their own. */
function isFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code } = error as { readonly code?: unknown }
  return fullCodes.has(code) || /no space left|quota exceeded/i.test(error.message) || isFull(error.cause)
}

function noRoom(cause: unknown): StreamsError {
  const message =
    `The database of the stores has no room (${sentenceOf(cause)}): make room on its disk. ` +
    'What it does not have yet is held in memory, and stays in changelogs.'
  return new StreamsError('STREAMS_STORAGE_FULL', message, { cause })
}

function writeFailed(cause: unknown): ProcessorStateError {
  const next = 'Mend that and start again: missing rows are restored from changelogs.'
  const message = `The database of the stores cannot be written: ${sentenceOf(cause)} ${next}`
  return new ProcessorStateError('STREAMS_STORAGE_FAILED', message, { cause })
}
