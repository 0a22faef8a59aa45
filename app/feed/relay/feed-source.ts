import { Agent, request } from 'undici'
import type { Batch, State, Vector } from '../../contracts/feed.ts'
import type { RowState } from '../feed-rows.ts'
import type { StreamedEvent } from './event-stream.ts'
import { readEvents } from './event-stream.ts'

/** What the relayed feed says of itself: its rows, and where it is. */
export type SourceState = RowState & Pick<State, 'vector' | 'positions' | 'at'> & { readonly topics: readonly SourceTopic[] }

interface SourceTopic {
  readonly name: string
  readonly id: string
  readonly partitions: number
}

/** Streams have no end of their own, and an inspector that reads its topics for the first state takes its time. */
const agent = new Agent({ bodyTimeout: 0, headersTimeout: 60_000 })

/** A feed elsewhere, by its address. */
export class FeedSource {
  readonly #url: string

  constructor(url: string) {
    this.#url = url
  }

  async state(signal: AbortSignal): Promise<SourceState> {
    const { statusCode, body } = await request(`${this.#url}/state`, { dispatcher: agent, signal })
    if (statusCode !== 200) throw new Error(`The inspector answers ${statusCode}: ${await body.text()}`)
    return (await body.json()) as SourceState
  }

  async *events(at: Vector, signal: AbortSignal): AsyncGenerator<StreamedEvent, void, undefined> {
    const url = `${this.#url}/feed?at=${encodeURIComponent(at)}`
    const { statusCode, body } = await request(url, { dispatcher: agent, signal })
    if (statusCode !== 200) throw new Error(`The inspector answers ${statusCode}: ${await body.text()}`)
    yield* readEvents(body)
  }
}

export function batchOf({ text }: StreamedEvent): Batch {
  return JSON.parse(text) as Batch
}
