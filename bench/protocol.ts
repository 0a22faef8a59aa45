/** What connects to the brokers: see `KafkaOptions.connection`. */
export type BenchConnection = 'socket' | 'kafkajs'

/** The topologies, each written twice: in ours/topologies and in java/. */
export type TopologyName =
  | 'bytes'
  | 'json'
  | 'count'
  | 'tumbling'
  | 'hopping'
  | 'sliced'
  | 'stream-table'
  | 'stream-stream-inner'
  | 'stream-stream-left'
  | 'foreign-key'
  | 'table'
  | 'table-in-memory'
  | 'q0'
  | 'q1'
  | 'q2'
  | 'q3'
  | 'q4'
  | 'q5'
  | 'q6'
  | 'q7'
  | 'q8'
  | 'q11'
  | 'q12'

/** Settings that both sides get alike. What has no counterpart in Millrace (`lingerMs`) is Java's alone. */
export interface Settings {
  readonly cacheBytes: number
  readonly commitIntervalMs: number
  readonly maxPartitionFetchBytes: number
  readonly lingerMs: number
  readonly guarantee: 'at_least_once' | 'exactly_once_v2'
  /** Java: `enable.transactional.statestores`. Millrace's stores are always so. */
  readonly transactionalStores: boolean
  readonly groupInstanceId: string | null
}

export interface StartOrder {
  readonly kind: 'start'
  readonly topology: TopologyName
  /** Whether values of the inputs may be null. Java takes both alike. */
  readonly values: 'present' | 'nullable'
  readonly bootstrapServers: string
  readonly connection: BenchConnection
  readonly inputs: readonly string[]
  readonly output: string
  readonly applicationId: string
  readonly stateDir: string
  /** `metricsRecordingLevel` of Millrace. Default: that of the library. Java always records what `info` says. */
  readonly metrics?: 'info' | 'off' | undefined
  readonly settings: Settings
}

/** What the benchmark tells the process under test: one line of JSON on its standard input each. */
export type Order =
  | StartOrder
  | { readonly kind: 'raw'; readonly bootstrapServers: string; readonly topic: string; readonly ends: readonly number[] }
  | { readonly kind: 'store'; readonly store: string }
  | { readonly kind: 'close' }

/** What it answers: one line of JSON on its standard output each. */
export type Answer =
  /** `restored`: how many records of changelogs were read before. */
  | { readonly kind: 'running'; readonly restored: number }
  | { readonly kind: 'read'; readonly records: number }
  | { readonly kind: 'store'; readonly rows: number; readonly sum: number }
  /** `longestStallMs`: the longest time that the event loop stood still; −1 where there is no event loop. */
  | { readonly kind: 'closed'; readonly longestStallMs: number }
  | { readonly kind: 'failed'; readonly message: string }

type AnswerKinds = {
  readonly start: 'running'
  readonly raw: 'read'
  readonly store: 'store'
  readonly close: 'closed'
}

/** The answer to an order that was carried out. */
export type AnswerTo<O extends Order> = Extract<Answer, { readonly kind: AnswerKinds[O['kind']] }>

export const kindOfAnswer: AnswerKinds = { start: 'running', raw: 'read', store: 'store', close: 'closed' }
