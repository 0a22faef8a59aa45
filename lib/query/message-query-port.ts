import { InvalidStateStoreError, StreamsError } from '../model/errors.ts'
import type { StreamsErrorCode } from '../model/streams-error-code.ts'
import type { Page, PageQuery, QueryPort, StoreQuery, ValueQuery } from './store-query.ts'

/** One end of a channel that copies messages (structured clone), such as a `MessagePort`. */
export interface QueryChannel {
  postMessage(message: unknown): void
  on(event: 'message', listener: (message: unknown) => void): unknown
  on(event: 'close', listener: () => void): unknown
}

interface QueryMessage {
  readonly id: number
  readonly query: StoreQuery
}

interface AnswerMessage {
  readonly id: number
  readonly answer?: unknown
  readonly failure?: Failure
}

/** An error as data: the structured clone of an error would lose its class and its facts. */
interface Failure {
  readonly name: string
  readonly code: StreamsErrorCode | undefined
  readonly message: string
  readonly facts: StreamsError['facts']
}

/** Answers the queries that come through a channel. Called on the thread that has the stores. */
export function answerQueries(channel: QueryChannel, port: QueryPort): void {
  channel.on('message', (message) => void answer(channel, port, message as QueryMessage))
}

async function answer(channel: QueryChannel, port: QueryPort, { id, query }: QueryMessage): Promise<void> {
  try {
    const found: unknown = await (query.kind === 'value' ? port.value(query) : port.page(query))
    channel.postMessage({ id, answer: found } satisfies AnswerMessage)
  } catch (error) {
    channel.postMessage({ id, failure: failureOf(error) } satisfies AnswerMessage)
  }
}

/** Sends queries through a channel to the thread that has the stores. */
export class MessageQueryPort implements QueryPort {
  readonly #channel: QueryChannel
  readonly #asked = new Map<number, PromiseWithResolvers<unknown>>()
  #lastId = 0
  #isClosed = false

  constructor(channel: QueryChannel) {
    this.#channel = channel
    channel.on('message', (message) => this.#onAnswer(message as AnswerMessage))
    channel.on('close', () => this.#onClose())
  }

  value(query: ValueQuery): Promise<unknown> {
    return this.#ask(query)
  }

  async page(query: PageQuery): Promise<Page> {
    return (await this.#ask(query)) as Page
  }

  async #ask(query: StoreQuery): Promise<unknown> {
    if (this.#isClosed) throw channelClosed()
    const id = ++this.#lastId
    const asked = Promise.withResolvers<unknown>()
    this.#asked.set(id, asked)
    this.#channel.postMessage({ id, query } satisfies QueryMessage)
    return asked.promise
  }

  #onAnswer({ id, answer: found, failure }: AnswerMessage): void {
    const asked = this.#asked.get(id)
    this.#asked.delete(id)
    if (failure === undefined) asked?.resolve(found)
    else asked?.reject(errorOf(failure))
  }

  #onClose(): void {
    this.#isClosed = true
    for (const { reject } of this.#asked.values()) reject(channelClosed())
    this.#asked.clear()
  }
}

function failureOf(error: unknown): Failure {
  if (error instanceof StreamsError) return { name: error.name, code: error.code, message: error.message, facts: error.facts }
  if (error instanceof Error) return { name: error.name, code: undefined, message: error.message, facts: {} }
  return { name: 'Error', code: undefined, message: String(error), facts: {} }
}

function errorOf({ name, code, message, facts }: Failure): Error {
  if (code === undefined) return name === 'TypeError' ? new TypeError(message) : new Error(message)
  return name === 'InvalidStateStoreError'
    ? new InvalidStateStoreError(code, message, { facts })
    : new StreamsError(code, message, { facts })
}

function channelClosed(): InvalidStateStoreError {
  const message = 'The thread that has this store has ended: ask again when the application runs, or ask another instance.'
  return new InvalidStateStoreError('STREAMS_STORE_NOT_AVAILABLE', message)
}
