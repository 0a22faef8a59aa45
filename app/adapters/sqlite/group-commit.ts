import type { BankDatabase } from './bank-database.ts'

interface Write {
  readonly action: () => unknown
  readonly resolve: (result: unknown) => void
  readonly reject: (reason: unknown) => void
}

/**
 * Commits the writes of one turn of the event loop in one transaction: a commit costs more than most writes. Each write has a savepoint,
 * so that what one throws undoes nothing of the others, and each is answered after the commit.
 */
export class GroupCommit {
  readonly #database: BankDatabase
  #writes: Write[] = []

  constructor(database: BankDatabase) {
    this.#database = database
  }

  /** Resolves with what `action` returns, once it is committed. What it throws rolls it back, and rejects. */
  run<T>(action: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#writes.length === 0) setImmediate(() => this.#commit())
      this.#writes.push({ action, resolve: resolve as (result: unknown) => void, reject })
    })
  }

  #commit(): void {
    const writes = this.#writes
    this.#writes = []
    try {
      const answers = this.#database.transact(() => writes.map((write) => this.#attempt(write)))
      for (const answer of answers) answer()
    } catch (error) {
      for (const { reject } of writes) reject(error)
    }
  }

  /** Gives the answer of a write, for after the commit. */
  #attempt({ action, resolve, reject }: Write): () => void {
    try {
      const result = this.#database.attempt(action)
      return () => resolve(result)
    } catch (error) {
      // A full disk may have rolled back all of the transaction.
      if (!this.#database.connection.isTransaction) throw error
      return () => reject(error)
    }
  }
}
