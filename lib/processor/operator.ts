import type { Processor } from './processor.ts'

/**
 * A processor of the DSL. It declares what the engine must know of it beyond {@link Processor}. The processors of an application are no
 * operators: the engine calls `init`, `process` and `close` of those, and reads nothing else, whatever members they have.
 */
export interface Operator<KIn, VIn, KOut, VOut> extends Processor<KIn, VIn, KOut, VOut> {
  /**
   * `input`: the operator forwards the very records that it is given, and Kafka Streams makes no new record context for them. Default
   * `new records`.
   */
  readonly forwards?: 'input' | 'new records'
  /**
   * Where a value that the operator cannot write fails in Kafka Streams. `above`: in the node that forwarded it; only
   * `compatibility: 'java'` copies that. Default `here`.
   */
  readonly unwritableValueFails?: 'above' | 'here'
  /**
   * Fetches what the operator's own serdes need, where it serializes outside of sources, sinks and stores. Awaited after `init` and
   * before the first record, as `prepareWrite` of a sink's serdes is.
   */
  prepare?(): Promise<void>
}

/** An operator of any types. */
export type AnyOperator = Operator<never, never, never, never>
