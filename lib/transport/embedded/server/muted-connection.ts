import type { EmbeddedServer } from './embedded-server.ts'

/**
 * The broker's end of a connection. As in Kafka a request waits until the one before it is answered, so a join that waits for
 * other members holds up all that was sent behind it.
 */
export class MutedConnection {
  readonly #server: EmbeddedServer
  readonly #host: string
  readonly #closing = new AbortController()
  #last: Promise<unknown> = Promise.resolve()

  constructor(server: EmbeddedServer, host: string) {
    this.#server = server
    this.#host = host
  }

  /**
   * Answers a request after all earlier ones. Null: the client wants no response. After a rejection the connection has to be
   * closed.
   */
  receive(frame: Uint8Array): Promise<Buffer | null> {
    const answer = this.#last.then(() => this.#server.answer(frame, { host: this.#host, signal: this.#closing.signal }))
    this.#last = answer
    return answer
  }

  /** Ends long polls of this connection. A join goes on: its member leaves the group when its session expires. */
  close(): void {
    this.#closing.abort()
  }
}
