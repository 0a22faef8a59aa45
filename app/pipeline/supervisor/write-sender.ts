import { Pool } from 'undici'
import type { SendWrite } from './outbox.ts'

const timeoutMs = 5000
/** A few connections with requests behind each other: a write costs half of what it does on a connection of its own, at both ends. */
const connections = { connections: 8, pipelining: 8 }

/**
 * Sends the generator's writes to the service that writes transfers, wherever that is now. Their keys make them idempotent, so that a
 * write may be sent before those ahead of it on its connection are answered.
 */
export class WriteSender {
  #pool: Pool | null = null

  follow(url: string | null): void {
    void this.#pool?.destroy()
    this.#pool = url === null ? null : new Pool(url, { ...connections, headersTimeout: timeoutMs, bodyTimeout: timeoutMs })
  }

  readonly send: SendWrite = async (key, transfer) => {
    if (this.#pool === null) return 'later'
    try {
      const headers = { 'content-type': 'application/json', 'idempotency-key': key }
      const body = JSON.stringify(transfer)
      const answer = await this.#pool.request({ method: 'POST', path: '/transfers', headers, body, idempotent: true })
      const text = await answer.body.text()
      if (answer.statusCode === 201) return { id: (JSON.parse(text) as { readonly id: number }).id }
      return answer.statusCode >= 500 || answer.statusCode === 429 || answer.statusCode === 408 ? 'later' : 'refused'
    } catch {
      return 'later'
    }
  }
}
