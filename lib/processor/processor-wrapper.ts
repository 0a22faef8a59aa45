import type { Processor } from './processor.ts'

type AnyProcessor = Processor<unknown, unknown, unknown, unknown>

/**
 * Returns a processor that runs instead of the given one, and usually calls it: for logs, traces, and the like (KIP-1112; Java:
 * `ProcessorWrapper`). It is called for each processor that a task makes, those of the DSL included. Unlike Java's, it cannot add
 * stores.
 *
 * @example
 * const traced: ProcessorWrapper = (processor, nodeName) => ({
 *   init: (context) => processor.init?.(context),
 *   process: (record, context) => trace(nodeName, () => processor.process(record, context)),
 *   close: () => processor.close?.(),
 * })
 */
export type ProcessorWrapper = (processor: AnyProcessor, nodeName: string) => AnyProcessor
