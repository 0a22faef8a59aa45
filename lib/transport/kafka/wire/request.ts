import type { VersionRange } from '../connection/connection.ts'
import { decodeResponse, encodeRequest } from './messages.ts'
import type { Api } from './schema.ts'

/**
 * A connection of its own for some requests. A broker takes the next request of a connection only after it has answered the one
 * before. So a request that waits at the broker would hold up all requests behind it.
 *
 * - `main`: requests that are answered at once.
 * - `group`: JoinGroup and SyncGroup, which wait for the other members.
 * - `commit`: OffsetCommit, which nothing may delay.
 * - `fetch`: long polls.
 * - `fetch-beside`: polls of partitions that the long poll under way does not ask for.
 */
export type Lane = 'main' | 'group' | 'commit' | 'fetch' | 'fetch-beside'

/** A request of Kafka's protocol, with the function that reads its response. It can be sent in several versions. */
export interface KafkaRequest<T> {
  readonly apiName: string
  readonly apiKey: number
  /** The versions that can carry the request. The connection takes the newest that the broker knows, too. */
  readonly versions: VersionRange
  /** The first version with flexible headers (KIP-482). */
  readonly flexibleFrom: number
  readonly encode: (version: number) => Uint8Array
  readonly decode: (version: number, body: Uint8Array) => Answer<T>
  /** How long the broker may wait before it answers, e.g. in a long poll or a rebalance. */
  readonly brokerWaitMs: number
  /** The connection that the request takes. */
  readonly lane: Lane
}

export interface Answer<T> {
  readonly value: T
  /** How long the broker wants to get no further request, because the client exceeds a quota (KIP-219). */
  readonly throttleTimeMs: number
}

/** What a request consists of, beside its API. */
export interface RequestParts<W, V, T> {
  /** Fields that a version does not have are left out of it. So a request that needs one has a `minVersion`. */
  readonly body: W
  readonly read: (response: V) => T
  /** The oldest version that can carry the request. Default: the oldest of the API. */
  readonly minVersion?: number
  /** The newest version that can carry the request. Default: the newest of the API. */
  readonly maxVersion?: number
  /** Default 0. */
  readonly brokerWaitMs?: number
  /** Default `main`. */
  readonly lane?: Lane
  /** What the body is written into, if it has room. Nobody else uses it before the request is answered. Default: a buffer of its own. */
  readonly into?: Buffer
}

export function kafkaRequest<W, V, T>(of: Api<unknown, W, V>, parts: RequestParts<W, V, T>): KafkaRequest<T> {
  const { body, read, minVersion, maxVersion, brokerWaitMs = 0, lane = 'main', into } = parts
  return {
    apiName: of.name,
    apiKey: of.key,
    versions: { min: minVersion ?? of.versions.min, max: maxVersion ?? of.versions.max },
    flexibleFrom: of.flexibleFrom,
    encode: (version) => encodeRequest(of, version, body, into),
    decode: (version, bytes) => {
      const response = decodeResponse(of, version, bytes)
      const { throttleTimeMs = 0 } = response as { readonly throttleTimeMs?: number }
      return { value: read(response), throttleTimeMs }
    },
    brokerWaitMs,
    lane,
  }
}

export interface ByTopic<T> {
  readonly topic: string
  readonly partitions: readonly T[]
}

/** Groups items by topic, because requests name each topic once, followed by its partitions. */
export function byTopic<T extends { readonly topic: string }>(items: readonly T[]): readonly ByTopic<T>[] {
  const topics = Map.groupBy(items, ({ topic }) => topic)
  return [...topics].map(([topic, partitions]) => ({ topic, partitions }))
}
