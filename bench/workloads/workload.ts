import type { StreamsOptions, Topology } from 'millrace'

interface Topics {
  readonly input: string
  readonly output: string
}

export interface Workload {
  topology(topics: Topics): Topology
  readonly config: Partial<StreamsOptions>
}
