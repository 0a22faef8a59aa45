import { newKey } from './new-key.ts'
import type { Random } from './new-key.ts'

/** A write on its way to SQL. Its key is made before the first try, so that a repeated try is the same write. */
export interface Write {
  readonly key: string
  readonly method: 'POST' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** When the user asked for it, wall clock. */
  readonly askedAt: number
  /** Tries that brought no answer. */
  readonly tries: number
}

export interface Answer {
  readonly status: number
  readonly body: unknown
  readonly headers: Readonly<Record<string, string>>
}

/** What became of a write: SQL has it (2xx), or the server refused it and nothing was written. */
export interface Settled {
  readonly write: Write
  readonly answer: Answer
  readonly acknowledged: boolean
}

export interface OutboxWorld {
  readonly storage: Pick<Storage, 'getItem' | 'setItem'>
  readonly random: Random
  readonly now: () => number
  readonly after: (ms: number, task: () => void) => void
  /** Rejects when no answer came. */
  readonly send: (write: Write) => Promise<Answer>
  readonly onChange: (pending: readonly Write[]) => void
  readonly onSettled: (settled: Settled) => void
}

interface Storage {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
}

const slot = 'millrace.outbox'
const retryMsMin = 200
const retryMsMax = 3_000

/**
 * Writes that wait for SQL's answer, in the order they were asked for.
 *
 * - A write is in the session's storage before its first try, and leaves it with the answer: a reload loses none.
 * - No answer, or one that says "not now" (408, 425, 429, 5xx), repeats the same key after 0.2 to 3 s, for ever.
 * - The oldest write goes first and alone, so that an outage is asked by one request, and a rename cannot overtake what it renames.
 */
export class Outbox {
  readonly #world: OutboxWorld
  #pending: readonly Write[]
  #turn: 'idle' | 'sending' | 'waiting' = 'idle'
  #turns = 0

  constructor(world: OutboxWorld) {
    this.#world = world
    this.#pending = restored(world.storage.getItem(slot))
  }

  get pending(): readonly Write[] {
    return this.#pending
  }

  /** Sends what an earlier page left behind. */
  start(): void {
    this.#world.onChange(this.#pending)
    this.#next()
  }

  /** Takes the write in, and gives its key. */
  add(write: Pick<Write, 'method' | 'path' | 'body' | 'headers'>): string {
    const key = newKey(this.#world.random)
    this.#keep([...this.#pending, { ...write, key, askedAt: this.#world.now(), tries: 0 }])
    this.#next()
    return key
  }

  /** Tries again at once: the reader asked, or the server is back. */
  hurry(): void {
    if (this.#turn !== 'waiting') return
    this.#turn = 'idle'
    this.#next()
  }

  #next(): void {
    const [oldest] = this.#pending
    if (oldest === undefined || this.#turn !== 'idle') return
    this.#turn = 'sending'
    const turn = ++this.#turns
    this.#world.send(oldest).then(
      (answer) => (isFinal(answer.status) ? this.#settle(oldest, answer) : this.#wait(turn, oldest)),
      () => this.#wait(turn, oldest),
    )
  }

  #settle(write: Write, answer: Answer): void {
    this.#keep(this.#pending.filter(({ key }) => key !== write.key))
    this.#turn = 'idle'
    this.#world.onSettled({ write, answer, acknowledged: answer.status < 300 })
    this.#next()
  }

  #wait(turn: number, write: Write): void {
    this.#turn = 'waiting'
    this.#keep(this.#pending.map((other) => (other.key === write.key ? { ...other, tries: other.tries + 1 } : other)))
    this.#world.after(Math.min(retryMsMax, retryMsMin * 2 ** Math.min(write.tries, 10)), () => {
      if (turn === this.#turns) this.hurry()
    })
  }

  #keep(pending: readonly Write[]): void {
    this.#pending = pending
    this.#world.storage.setItem(slot, JSON.stringify(pending))
    this.#world.onChange(pending)
  }
}

/** An answer that a repetition would not change. */
function isFinal(status: number): boolean {
  return status < 500 && status !== 408 && status !== 425 && status !== 429
}

function restored(text: string | null): readonly Write[] {
  if (text === null) return []
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value.filter(isWrite) : []
  } catch {
    return []
  }
}

function isWrite(value: unknown): value is Write {
  return (
    typeof value === 'object' && value !== null && 'key' in value && 'method' in value && 'path' in value && 'askedAt' in value
  )
}
