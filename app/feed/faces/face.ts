import type { Batch, Vector } from '../../contracts/feed.ts'
import type { FinalEventName, LiveEventName } from '../feed-reader.ts'

/** An event of a face: its data as JSON. */
export interface FaceEvent {
  readonly type: string
  /** Null where a client cannot resume from it. */
  readonly id: Vector | null
  readonly text: string
}

/** What a feed looks like to a kind of clients: the same records and positions, in their words. */
export interface Face {
  batch(batch: Batch, id: Vector, text: string): readonly FaceEvent[]
  /** Null: these clients do not get it. */
  event(name: LiveEventName, text: string): FaceEvent | null
  end(name: FinalEventName, text: string): FaceEvent
}

/** How an event becomes a frame on the wire. */
export type Framing = (event: FaceEvent) => string

export const serverSentEvent: Framing = ({ type, id, text }) =>
  id === null ? `event: ${type}\ndata: ${text}\n\n` : `id: ${id}\nevent: ${type}\ndata: ${text}\n\n`

/** `{ type, id, data }`: what the stream has, on a WebSocket. */
export const webSocketMessage: Framing = ({ type, id, text }) =>
  `{"type":${JSON.stringify(type)},"id":${JSON.stringify(id)},"data":${text}}`
