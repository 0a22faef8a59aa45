// The oracle's format: a scenario, and beside it what Java did. What the fields mean is in vectors/README.md.

export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [name: string]: Json | undefined
}

export type Step = JsonObject & { readonly op: string }

export interface Thrown {
  readonly class: string
  readonly message?: string | null
  readonly at: 'build' | 'init' | number
  readonly root?: { readonly class: string; readonly message?: string | null }
}

/** The parts of a result; a vector carries some of them. */
export interface Outcome {
  readonly out?: readonly (readonly Json[])[]
  readonly raw?: readonly (readonly Json[])[]
  readonly dropped?: number
  readonly produced?: readonly string[]
  readonly describe?: string
  readonly internalTopics?: JsonObject
  readonly subtopologies?: Json
  readonly copartition?: Json
  readonly stores?: JsonObject
  readonly throws?: Thrown
  readonly results?: readonly Json[]
}

export interface Scenario extends Outcome {
  readonly id: string
  readonly config?: JsonObject
  readonly topics?: Readonly<Record<string, readonly [Json, Json]>>
  readonly topo?: readonly Step[]
  readonly in?: readonly (readonly Json[])[]
  readonly want?: readonly string[]
  readonly run?: boolean
  readonly bytes?: readonly Step[]
  readonly note?: string
}

/** The runner, or Millrace, lacks something that a scenario needs. It counts as failed, like a wrong result. */
export class Unsupported extends Error {
  override readonly name = 'Unsupported'
}
