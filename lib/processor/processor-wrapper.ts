import type { Processor } from './processor.ts'

type AnyProcessor = Processor<unknown, unknown, unknown, unknown>

/**
 * Gives a processor that runs instead of another one, around it as a rule: for logs, traces, or what else all processors are to do
 * (KIP-1112; Java: `ProcessorWrapper`). It is called for each processor that a task makes, those of the DSL included. Unlike Java's, it
 * adds no stores.
 *
 * @example
 * const traced: ProcessorWrapper = (processor, nodeName) => ({
 *   init: (context) => processor.init?.(context),
 *   process: (record, context) => trace(nodeName, () => processor.process(record, context)),
 *   close: () => processor.close?.(),
 * })
 */
export type ProcessorWrapper = (processor: AnyProcessor, nodeName: string) => AnyProcessor
