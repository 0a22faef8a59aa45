import { Agent, request } from 'undici'
import type { LetterAddress, LetterDetail, LetterPage, LetterQuery, ReplayOrder } from '../../contracts/dead-letters.ts'
import { addressText } from '../../dead-letters/ports.ts'
import type { DeadLetters } from '../../dead-letters/ports.ts'
import { Problem } from '../../platform/http/problem.ts'
import type { ProblemBody } from '../../platform/http/problem.ts'

/** Dead letters of a pipeline that runs, by its API. */
export class HttpDeadLetters implements DeadLetters {
  readonly #url: string
  readonly #dispatcher = new Agent()

  /** `url` is the address of the page, or of the service `dead-letters`. */
  constructor(url: string) {
    this.#url = url.replace(/\/$/, '')
  }

  list(query: LetterQuery): Promise<LetterPage> {
    const given = Object.entries(query).filter(([, value]) => value !== undefined)
    const parameters = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]))
    return this.#ask('GET', `?${parameters.toString()}`)
  }

  show(address: LetterAddress, awaitMs = 0): Promise<LetterDetail> {
    return this.#ask('GET', `/${addressText(address)}?awaitMs=${awaitMs}`)
  }

  replay(address: LetterAddress, order: ReplayOrder): Promise<LetterDetail> {
    return this.#ask('POST', `/${addressText(address)}/replay`, order)
  }

  discard(address: LetterAddress): Promise<LetterDetail> {
    return this.#ask('POST', `/${addressText(address)}/discard`, {})
  }

  close(): Promise<void> {
    return this.#dispatcher.close()
  }

  async #ask<T>(method: 'GET' | 'POST', path: string, body?: object): Promise<T> {
    const content = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
    const options = { method, dispatcher: this.#dispatcher, ...content }
    const answer = await request(`${this.#url}/api/dlq/letters${path}`, options).catch((cause: unknown) => {
      throw new Problem(502, `Nobody answers at ${this.#url}. Start the pipeline, or say --kafka.`, {}, { cause })
    })
    const text = await answer.body.text()
    if (answer.statusCode < 300) return JSON.parse(text) as T
    throw new Problem(answer.statusCode, detailIn(text, answer.statusCode))
  }
}

function detailIn(text: string, status: number): string {
  try {
    return (JSON.parse(text) as ProblemBody).detail
  } catch {
    return `The server answers ${status}.`
  }
}
