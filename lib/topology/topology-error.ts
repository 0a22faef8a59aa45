import { TopologyError, type ErrorFacts } from '../model/errors.ts'
import type { KnownErrorCode } from '../model/streams-error-code.ts'

type WithoutPrefix<Code> = Code extends `STREAMS_${infer Rest}` ? Rest : never

/** Makes a `TopologyError` with a code of Millrace's, given without its prefix. */
export function topologyError(code: WithoutPrefix<KnownErrorCode>, message: string, facts: ErrorFacts): TopologyError {
  return new TopologyError(`STREAMS_${code}`, message, { facts })
}
