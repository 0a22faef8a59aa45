/** Something that the application waits for. */
export interface Standstill {
  /**
   * `task`: it has records, and processes none. `output`: brokers do not acknowledge what a task has written. `serdes`: fetched records wait for a schema registry. `fetch`: brokers do not answer.
   * `loop`: the thread waits within a turn, as for a commit that is not acknowledged.
   */
  readonly what: 'task' | 'output' | 'serdes' | 'fetch' | 'loop'
  /** For how long, in ms. */
  readonly forMs: number
  /** What waits, as a sentence. */
  readonly message: string
}
