import type { MetricTags } from '../metrics/metrics.ts'
import type { RecordContext } from '../model/record-context.ts'
import type { Serde } from '../model/serde.ts'
import type { UpgradeFrom } from '../model/upgrade-from.ts'
import type { ProcessorContext } from './processor.ts'

/** The context of Millrace's own operators. It extends the public context. */
export interface InternalProcessorContext<KOut, VOut> extends ProcessorContext<KOut, VOut> {
  /** The name of the processor's node. */
  readonly nodeName: string
  /**
   * Counts the current record, or one of its windows, as dropped (`dropped-records-total` of the task). Logs the reason, with a
   * rate limit. `facts` are the times that explain the reason, by their names.
   */
  drop(reason: string, facts?: Readonly<Record<string, number>>): void
  /** Logs as `drop` does, without counting: for records that Kafka Streams does not count as dropped. */
  logSkipped(reason: string, facts?: Readonly<Record<string, number>>): void
  /** Counts as `drop` does, without logging: for records that are dropped in normal operation. */
  countDropped(): void
  recordContext(): RecordContext
  /** The clock's monotonic time, for durations. */
  monotonicMs(): number
  /**
   * Runs `emit` with the context of another record. Operators emit held-back records with the context of the record they came
   * from.
   */
  withRecordContext(context: RecordContext, emit: () => void): void
  /** The setting of the application: `java` behaves as Kafka Streams does, even if that loses data; `safe` does not lose data. */
  readonly compatibility: 'safe' | 'java'
  /** The oldest release of Kafka Streams that reads the topics of this application, during an upgrade. */
  readonly upgradeFrom: UpgradeFrom | undefined
  /**
   * The least time between two emissions of an operator that emits closed windows or records without partner, in ms.
   */
  readonly emitIntervalMs: number
  /** The tags of this node's metrics. */
  readonly metricTags: MetricTags
  /**
   * Returns the number that `keepProcessorMetadata` has kept under this key. It is committed with the task's offsets, so that it
   * survives restarts.
   */
  processorMetadata(key: string): number | undefined
  keepProcessorMetadata(key: string, value: number): void
  /** Returns the object that the nodes of a task share under this key. The first call makes it. It is in memory only. */
  shared<T extends object>(key: string, make: () => T): T
  /** Returns the bound serde, or the bound default serde: for operators that serialize by themselves, as foreign-key joins do. */
  keySerde<T>(serde: Serde<T> | undefined): Serde<T>
  valueSerde<T>(serde: Serde<T> | undefined): Serde<T>
  /** Returns the name of an internal topic on the cluster: `<applicationId>-<name>`. */
  internalTopic(name: string): string
  /** The partition of the current record. */
  readonly partition: number
}

/**
 * Returns the context of an operator with its internal members. Only Millrace's runtime runs operators, and all its contexts have
 * them.
 */
export function internal<KOut, VOut>(context: ProcessorContext<KOut, VOut>): InternalProcessorContext<KOut, VOut> {
  return context as InternalProcessorContext<KOut, VOut>
}
