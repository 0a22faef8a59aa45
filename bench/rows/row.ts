import type { Bench } from '../broker/bench.ts'
import type { DataName, DataSet } from '../gen/data-set.ts'
import type { Input } from '../gen/inputs.ts'
import type { BenchConnection, Settings, TopologyName } from '../protocol.ts'
import type { Collector } from '../subject/java-program.ts'
import type { Memory } from '../subject/process-times.ts'
import type { SubjectCommand } from '../subject/subject-process.ts'
import type { Comparison } from '../verify/digest.ts'

export type SuiteName = 'quick' | 'full'

/** A way to run Java. Where Java is compared, it has its best one. */
export interface JavaCell {
  readonly collector: Collector
  /** Size of the record caches. Default: that of the row. */
  readonly cacheBytes?: number
}

interface RowBase {
  readonly name: string
  readonly title: string
  /** How large a pass is, in records, rows or quiet seconds. 0: the suite leaves the row out. */
  readonly records: Readonly<Record<SuiteName, number>>
  /** The ratio Java ÷ Millrace that must be reached; null: there is none. */
  readonly goal: number | null
  /** What Millrace's figure must not exceed, in the unit of the row. */
  readonly most?: number | undefined
  /** What Millrace's RssAnon must not exceed, in MB. */
  readonly mostMemory?: number | undefined
  /** At most so many passes, where one takes many minutes. */
  readonly passes?: Readonly<Record<'warmUps' | 'pairs', number>>
  /** How many times Millrace's figure of another row Millrace's figure may be. */
  readonly factor?: Factor | undefined
}

/** A row that is another one with something more. */
interface Factor {
  /** The name of the other row, which is measured before. */
  readonly of: string
  readonly most: number
}

/** A row that reads its input to the end: its figure is CPU per record. */
export interface ThroughputRow extends RowBase {
  readonly kind: 'throughput'
  readonly topology: TopologyName
  readonly settings: Settings
  readonly comparison: Comparison
  /** Java's ways to run. The first is the best one that is known, which the quick suite takes. */
  readonly java: readonly [JavaCell, ...JavaCell[]]
  /** Default: the first. */
  readonly data?: DataName
  inputs(records: number, data: DataSet): readonly Input[]
  /** What is written when all before has been processed. */
  later?(records: number, data: DataSet): readonly Input[]
  /** By how many records the CPU time is divided. */
  units(records: number): number
}

/** A row whose figure is a time: until something happens, or of the processor while nothing does. */
export interface TimeRow extends RowBase {
  readonly kind: 'time'
  readonly unit: 'ms' | 'CPU-ms/min'
  /** Java's further ways to run, besides the one that has the settings of Millrace. The full suite tries them. */
  readonly java: readonly JavaVariant[]
  /** Makes what all passes share. */
  prepare(bench: Bench, records: number): Promise<TimeTrial>
}

export interface JavaVariant {
  readonly name: string
  readonly jvm?: readonly string[]
  readonly settings?: Partial<Settings>
}

/** Runs one pass of a time row. */
export type TimeTrial = (contender: TimeContender) => Promise<TimeResult>

export interface TimeContender {
  readonly command: SubjectCommand
  readonly connection: BenchConnection
  /** What is different for this contender. */
  readonly settings: Partial<Settings>
  /** Begins the names of all topics and folders of this pass, and of no other. */
  readonly prefix: string
}

export interface TimeResult {
  /** In the unit of the row. */
  readonly figure: number
  readonly others: Readonly<Record<string, number>>
  /** What all contenders must make alike. */
  readonly digest: string
  readonly memory: Memory
  readonly longestStallMs: number
}

export type Row = ThroughputRow | TimeRow
