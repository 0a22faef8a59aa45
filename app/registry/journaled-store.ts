import type { SchemaChange, SchemaJournal } from './schema-journal.ts'
import { SchemaStore } from './schema-store.ts'

/** A store of schemas whose changes are kept in a journal. What the journal has not is not answered. */
export class JournaledStore {
  readonly store: SchemaStore
  readonly #journal: SchemaJournal
  #pending: SchemaChange[] = []
  #appending: Promise<void> = Promise.resolve()

  private constructor(store: SchemaStore, journal: SchemaJournal) {
    this.store = store
    this.#journal = journal
  }

  /** Reads the journal. One that cannot be read is closed. */
  static async open(journal: SchemaJournal): Promise<JournaledStore> {
    const journaled = new JournaledStore(new SchemaStore(':memory:'), journal)
    try {
      await journaled.#load()
      return journaled
    } catch (error) {
      await journaled.close()
      throw error
    }
  }

  async #load(): Promise<void> {
    for (const change of await this.#journal.load()) this.store.apply(change)
    this.store.onChange = (change) => void this.#pending.push(change)
  }

  /** Resolves when all changes so far are kept. After a failure it rejects for ever: the store is then ahead of the journal. */
  flush(): Promise<void> {
    const changes = this.#pending
    this.#pending = []
    if (changes.length > 0) this.#appending = this.#appending.then(() => this.#journal.append(changes))
    this.#appending.catch(() => {})
    return this.#appending
  }

  async close(): Promise<void> {
    await this.#appending.catch(() => {})
    await this.#journal.close()
    this.store.close()
  }
}
