import { Pool } from 'undici'
import type { SendWrite } from './outbox.ts'

const timeoutMs = 5000

/** Sends the generator's writes to the service that writes transfers, wherever that is now. */
export class WriteSender {
  #pool: Pool | null = null

  follow(url: string | null): void {
    void this.#pool?.destroy()
    this.#pool = url === null ? null : new Pool(url, { connections: 32, headersTimeout: timeoutMs, bodyTimeout: timeoutMs })
  }

  readonly send: SendWrite = async (key, transfer) => {
    if (this.#pool === null) return 'later'
    try {
      const headers = { 'content-type': 'application/json', 'idempotency-key': key }
      const answer = await this.#pool.request({ method: 'POST', path: '/transfers', headers, body: JSON.stringify(transfer) })
      const text = await answer.body.text()
      if (answer.statusCode === 201) return { id: (JSON.parse(text) as { readonly id: number }).id }
      return answer.statusCode >= 500 || answer.statusCode === 429 || answer.statusCode === 408 ? 'later' : 'refused'
    } catch {
      return 'later'
    }
  }
}
