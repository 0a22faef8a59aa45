import { Agent, request } from 'undici'
import type { RefusedRegistration, SchemaSubjects, SubjectVersion } from '../../schemas/ports.ts'
import { RegistryRefusal } from '../../schemas/ports.ts'

const mediaType = 'application/vnd.schemaregistry.v1+json'

/** The subjects of a Confluent-compatible registry, by its API. */
export class RegistryApi implements SchemaSubjects {
  readonly #url: string
  readonly #dispatcher = new Agent()

  constructor(url: string) {
    this.#url = url.replace(/\/+$/, '')
  }

  async levelOf(subject: string): Promise<string> {
    const { compatibilityLevel } = await this.#ask<{ readonly compatibilityLevel: string }>(
      'GET',
      `/config/${encodeURIComponent(subject)}?defaultToGlobal=true`,
    )
    return compatibilityLevel
  }

  async setLevel(subject: string, level: string): Promise<void> {
    await this.#ask('PUT', `/config/${encodeURIComponent(subject)}`, { compatibility: level })
  }

  async register(subject: string, schema: string): Promise<number> {
    const { id } = await this.#ask<{ readonly id: number }>('POST', `/subjects/${encodeURIComponent(subject)}/versions`, {
      schema,
    })
    return id
  }

  async reasonsAgainst(subject: string, schema: string): Promise<readonly string[]> {
    const path = `/compatibility/subjects/${encodeURIComponent(subject)}/versions?verbose=true`
    const answer = await this.#ask<{ readonly is_compatible: boolean; readonly messages?: readonly string[] }>('POST', path, {
      schema,
    })
    return answer.is_compatible ? [] : (answer.messages ?? ['The registry says no reason.'])
  }

  async versions(subject: string): Promise<readonly SubjectVersion[]> {
    const path = `/subjects/${encodeURIComponent(subject)}/versions`
    const numbers = await this.#found<readonly number[]>(path, [])
    return Promise.all(numbers.map((number) => this.#ask<SubjectVersion>('GET', `${path}/${number}`)))
  }

  /** The embedded registry tells; Confluent's has no such path. */
  refused(): Promise<readonly RefusedRegistration[] | null> {
    return this.#found<readonly RefusedRegistration[] | null>('/refusals', null)
  }

  close(): Promise<void> {
    return this.#dispatcher.close()
  }

  async #found<T>(path: string, otherwise: T): Promise<T> {
    try {
      return await this.#ask<T>('GET', path)
    } catch (error) {
      if (error instanceof RegistryRefusal && error.status === 404) return otherwise
      throw error
    }
  }

  async #ask<T>(method: 'GET' | 'POST' | 'PUT', path: string, body?: object): Promise<T> {
    const content = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': mediaType } }
    const answer = await request(`${this.#url}${path}`, { method, dispatcher: this.#dispatcher, ...content })
    const text = await answer.body.text()
    if (answer.statusCode < 300) return JSON.parse(text) as T
    throw refusalIn(text, answer.statusCode)
  }
}

function refusalIn(text: string, status: number): RegistryRefusal {
  try {
    const { error_code: code, message } = JSON.parse(text) as { readonly error_code: number; readonly message: string }
    return new RegistryRefusal(status, code, message)
  } catch {
    return new RegistryRefusal(status, status, `The registry answers ${status}.`)
  }
}
