/** What connects to the brokers: see `KafkaOptions.connection`. */
export type BenchConnection = 'socket' | 'kafkajs'

/** What the benchmark tells the process under test, and what it hears from it (Node's IPC channel). */
export type Order =
  | { readonly kind: 'raw'; readonly bootstrapServers: string; readonly topic: string; readonly ends: readonly number[] }
  | {
      readonly kind: 'streams'
      readonly workload: 'a1' | 'b1'
      readonly bootstrapServers: string
      readonly connection: BenchConnection
      readonly input: string
      readonly output: string
      readonly applicationId: string
      readonly stateDir: string
    }
  | { readonly kind: 'close' }

export type Answer =
  { readonly kind: 'ready' } | { readonly kind: 'done' } | { readonly kind: 'failed'; readonly message: string }
