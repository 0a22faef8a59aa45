import type { MetricTags } from '../metrics/metrics.ts'
import type { RecordContext } from '../model/record-context.ts'
import type { Serde } from '../model/serde.ts'
import type { UpgradeFrom } from '../model/upgrade-from.ts'
import type { ProcessorContext } from './processor.ts'

/** What Millrace's own operators may use beyond the public context. The runtime implements it once, for all. */
export interface InternalProcessorContext<KOut, VOut> extends ProcessorContext<KOut, VOut> {
  /** Name of the processor's node. */
  readonly nodeName: string
  /**
   * Counts the record being processed, or one window of it, as dropped (`dropped-records-total` of the task), and logs the reason, at most
   * once in a while. `facts` are the times that explain it, by their names.
   */
  drop(reason: string, facts?: Readonly<Record<string, number>>): void
  /** Logs as `drop` does, where Kafka Streams does not count. */
  logSkipped(reason: string, facts?: Readonly<Record<string, number>>): void
  /** Counts as `drop` does, where a dropped record is part of the normal course of things. */
  countDropped(): void
  recordContext(): RecordContext
  /** Runs `emit` as if `context` were being processed: what was held back belongs to the record it came from. */
  withRecordContext(context: RecordContext, emit: () => void): void
  /** Application config that changes semantics: `java` copies Java even where it loses data, `safe` does not. */
  readonly compatibility: 'safe' | 'java'
  /** The oldest release of Kafka Streams that reads what is written. */
  readonly upgradeFrom: UpgradeFrom | undefined
  /** How long operators that emit when event time has passed wait between two emissions, by the wall clock. */
  readonly emitIntervalMs: number
  /** Tags of the metrics of this node. */
  readonly metricTags: MetricTags
  /** What was kept under this key, by this processor or one before a restart: it is committed with the task's offsets. */
  processorMetadata(key: string): number | undefined
  keepProcessorMetadata(key: string, value: number): void
  /** What nodes of one task share, in memory: made by the first that asks for it by this key. */
  shared<T extends object>(key: string, make: () => T): T
  /** Default serdes and binding to the environment, for operators that serialize by themselves (foreign-key joins). */
  keySerde<T>(serde: Serde<T> | undefined): Serde<T>
  valueSerde<T>(serde: Serde<T> | undefined): Serde<T>
  /** The name on the cluster of an internal topic: `<applicationId>-<name>`. */
  internalTopic(name: string): string
  /** Partition of the record being processed. */
  readonly partition: number
}

/** Millrace's operators are run by its own runtime only, where every context is an internal one. */
export function internal<KOut, VOut>(context: ProcessorContext<KOut, VOut>): InternalProcessorContext<KOut, VOut> {
  return context as InternalProcessorContext<KOut, VOut>
}
