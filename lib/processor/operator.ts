import type { Processor } from './processor.ts'

/**
 * A processor of the DSL. Beyond {@link Processor} it has declarations that the engine reads. The processors of an application
 * are not operators: the engine calls their `init`, `process` and `close`, and ignores all other members.
 */
export interface Operator<KIn, VIn, KOut, VOut> extends Processor<KIn, VIn, KOut, VOut> {
  /**
   * `input`: the operator forwards its input records themselves, for which Kafka Streams makes no new record context. Default
   * `new records`.
   */
  readonly forwards?: 'input' | 'new records'
  /**
   * The node in which Kafka Streams fails if the operator cannot write a value. `above`: the node that forwarded the value; only
   * `compatibility: 'java'` copies that. `here`: the operator's own node. Default `here`.
   */
  readonly unwritableValueFails?: 'above' | 'here'
  /**
   * Prepares the serdes that the operator uses itself, outside of sources, sinks and stores. Awaited after `init` and before the
   * first record, as `prepareWrite` of a sink's serdes is.
   */
  prepare?(): Promise<void>
}

/** An operator of any types. */
export type AnyOperator = Operator<never, never, never, never>
