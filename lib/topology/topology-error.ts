import { TopologyError, type ErrorFacts } from '../model/errors.ts'

export function topologyError(code: string, message: string, facts: ErrorFacts): TopologyError {
  return new TopologyError(`STREAMS_${code}`, message, { facts })
}
