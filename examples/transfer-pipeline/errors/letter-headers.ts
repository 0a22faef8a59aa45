import type { Header, Headers } from 'millrace'

/** A place in a topic. */
export interface Place {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

/** Headers of records that come again, and of dead letters, beside the `__streams.errors.*` of Kafka Streams (KIP-1034). */
export const headerNames = {
  /** `TOPIC/PARTITION/OFFSET` of the record that was refused first. Retries and replays carry it. */
  origin: 'replay.origin',
  /** `TOPIC/PARTITION/OFFSET` of the dead letter that was replayed. */
  replayedFrom: 'dlq.replayed-from',
  /** `true`: the value is not that of the dead letter, but a copy that somebody has edited. */
  edited: 'dlq.edited',
  /** The application or service that refused the record. */
  refusedBy: 'dlq.refused-by',
  /** When it did, in ms since the epoch, as text. */
  refusedAt: 'dlq.refused-at',
  /** How often the record was tried, as text. Name of Spring Kafka. */
  attempts: 'retry_topic-attempts',
  /** When the record is due, in ms since the epoch, as text. Name of Spring Kafka. */
  dueAt: 'retry_topic-backoff-timestamp',
  /** When the record was refused first, in ms since the epoch, as text. Name of Spring Kafka. */
  firstAt: 'retry_topic-original-timestamp',
} as const

export function header(key: string, text: string): Header {
  return { key, value: Buffer.from(text) }
}

/** The text of the last header of that name; undefined where there is none. */
export function textOf(headers: Headers, name: string): string | undefined {
  const value = headers.findLast(({ key }) => key === name)?.value
  return value === undefined || value === null ? undefined : Buffer.from(value).toString()
}

export function numberOf(headers: Headers, name: string): number | undefined {
  const text = textOf(headers, name)
  return text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : undefined
}

export function placeText({ topic, partition, offset }: Place): string {
  return `${topic}/${partition}/${offset}`
}

/** Reads `TOPIC/PARTITION/OFFSET`; undefined where it is none. */
export function parsePlace(text: string | undefined): Place | undefined {
  const [, topic, partition, offset] = /^([\w.-]+)\/(\d{1,9})\/(\d{1,15})$/.exec(text ?? '') ?? []
  return topic === undefined ? undefined : { topic, partition: Number(partition), offset: Number(offset) }
}

/** The record that was refused first: of a retry or a replay that which its header names, else the record itself. */
export function originOf(headers: Headers, place: Place): Place {
  return parsePlace(textOf(headers, headerNames.origin)) ?? place
}

const aboutErrors = /^(__streams\.errors\.|__connect\.errors\.|retry_topic-|dlq\.refused-(by|at)$|replay\.origin$)/

/** The headers that the record had before it was refused. From which dead letter it comes stays. */
export function withoutErrors(headers: Headers): Headers {
  return headers.some(({ key }) => aboutErrors.test(key)) ? headers.filter(({ key }) => !aboutErrors.test(key)) : headers
}
