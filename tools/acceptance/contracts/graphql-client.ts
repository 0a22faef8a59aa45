import { readEvents } from '../../../app/feed/relay/event-stream.ts'

/** The events of a subscription, as they come. */
export interface Subscription extends AsyncDisposable {
  /** All events up to the first for which the condition holds, which is the last of them. */
  until(condition: (data: any) => boolean): Promise<any[]>
}

/** A client of /graphql as programs have one. What is refused is thrown. */
export class GraphQlClient {
  readonly #url: string

  constructor(url: string) {
    this.#url = url
  }

  async ask(query: string): Promise<any> {
    return dataOf(await (await this.#send(query)).text())
  }

  async subscribe(query: string): Promise<Subscription> {
    const leaving = new AbortController()
    const answer = await this.#send(query, { accept: 'text/event-stream', signal: leaving.signal })
    const read = readEvents(answer.body!)
    return {
      async until(condition) {
        const events: any[] = []
        while (events.length === 0 || !condition(events.at(-1))) {
          const { value } = await read.next()
          events.push(dataOf(value?.text || '{"errors":"The stream has ended."}'))
        }
        return events
      },
      [Symbol.asyncDispose]: async () => leaving.abort(),
    }
  }

  #send(query: string, { accept = '*/*', signal }: { readonly accept?: string; readonly signal?: AbortSignal } = {}) {
    const headers = { 'content-type': 'application/json', accept }
    return fetch(`${this.#url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }), signal: signal ?? null })
  }
}

function dataOf(text: string): any {
  const { data, errors } = JSON.parse(text) as { readonly data: any; readonly errors?: unknown }
  if (errors !== undefined) throw new Error(JSON.stringify(errors))
  return data
}
