import { signal } from '@preact/signals'
import type { Signal } from '@preact/signals'
import type { GeneratorChange, Poison } from '../../../contracts/bff.ts'
import { whyNot } from '../outbox/why-not.ts'

/** What the server allows on a demo only: asked once, and never repeated by itself. */
export class Commands {
  /** Why the last one failed, as a sentence. */
  readonly failure: Signal<string | null> = signal(null)
  /** The form of a new user is open. */
  readonly isAddingUser: Signal<boolean> = signal(false)

  async kill(): Promise<void> {
    await this.#ask('POST', '/api/kill', {})
  }

  async wipe(): Promise<void> {
    await this.#ask('POST', '/api/wipe', {})
  }

  async poison(kind: Poison['kind'] = 'amount'): Promise<void> {
    await this.#ask('POST', '/api/poison', { kind })
  }

  async generator(change: GeneratorChange): Promise<void> {
    await this.#ask('PUT', '/api/generator', change)
  }

  /** The server follows the way of this transfer from now on. */
  async follow(id: number): Promise<void> {
    await fetch(`/api/traces/${id}`, { method: 'PUT' }).catch(() => null)
  }

  async #ask(method: string, path: string, body: object): Promise<void> {
    this.failure.value = null
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(path, { method, headers, body: JSON.stringify(body) }).catch(() => null)
    if (response?.ok === true) return
    this.failure.value = response === null ? 'The server does not answer. Try again.' : await reasonOf(response)
  }
}

async function reasonOf(response: Response): Promise<string> {
  const body: unknown = await response.json().catch(() => null)
  return whyNot({ status: response.status, body, headers: {} })
}
