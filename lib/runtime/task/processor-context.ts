import { checkOptions, type OptionNames } from '../../model/check-options.ts'
import type { Metrics, MetricTags } from '../../metrics/metrics.ts'
import { StreamsError, TopologyError } from '../../model/errors.ts'
import type { RecordContext } from '../../model/record-context.ts'
import type { Serde } from '../../model/serde.ts'
import type { RecordMetadata, StreamRecord } from '../../model/stream-record.ts'
import type { TaskId } from '../../model/task-id.ts'
import type { UpgradeFrom } from '../../model/upgrade-from.ts'
import type { InternalProcessorContext } from '../../processor/internal-processor-context.ts'
import type { Cancellable, PunctuationOptions, PunctuationType, Punctuator } from '../../processor/processor.ts'
import type { AnyStore, StateStoreOf } from '../../state/store-value.ts'
import type { CurrentRecord } from './current-record.ts'
import type { ProcessorMetadata } from './processor-metadata.ts'
import type { SkipFacts } from './skipped-records.ts'
import { changedBelow, type ValueGuard } from './value-guard.ts'
import { taskTags, type TaskScope } from './task-scope.ts'

/** A node of a running topology. */
export interface RuntimeNode {
  readonly name: string
  process(record: StreamRecord<unknown, unknown>): void
}

interface PunctuationRequest {
  readonly node: string
  readonly intervalMs: number
  readonly type: PunctuationType
  readonly punctuator: Punctuator
  /** The time of the first punctuation, in ms since the epoch (KIP-1146). Undefined: the processor gave none. */
  readonly startMs: number | undefined
}

/** The services of a task that its processors call. */
export interface TaskControl {
  store(name: string): unknown
  schedule(punctuation: PunctuationRequest): Cancellable
  requestCommit(): void
  /** Absent in global tasks, which commit nothing. */
  readonly metadata?: ProcessorMetadata
}

export interface ProcessorContextOptions {
  readonly nodeName: string
  readonly scope: TaskScope
  readonly control: TaskControl
  /** The stores that the node may use: those connected to it, and all global ones. */
  readonly stores: ReadonlySet<string>
}

/** The processor context of one node. */
export class NodeProcessorContext implements InternalProcessorContext<unknown, unknown> {
  readonly nodeName: string
  readonly applicationId: string
  readonly taskId: TaskId
  readonly metrics: Metrics
  readonly compatibility: 'safe' | 'java'
  readonly upgradeFrom: UpgradeFrom | undefined
  readonly emitIntervalMs: number
  readonly #scope: TaskScope
  readonly #current: CurrentRecord
  readonly #control: TaskControl
  readonly #stores: ReadonlySet<string>
  /**
   * `own`: each record that the node forwards gets a record context of its own. `shared`: it keeps the context of the record that
   * came in.
   */
  level: 'own' | 'shared' = 'own'
  readonly #children: RuntimeNode[] = []
  readonly #guard: ValueGuard | undefined

  constructor({ nodeName, scope, control, stores }: ProcessorContextOptions) {
    this.nodeName = nodeName
    this.applicationId = scope.environment.applicationId
    this.taskId = scope.id
    this.metrics = scope.environment.metrics
    this.compatibility = scope.environment.compatibility
    this.upgradeFrom = scope.environment.upgradeFrom
    this.emitIntervalMs = scope.environment.emitIntervalMs
    this.#scope = scope
    this.#guard = scope.environment.valueGuard
    this.#current = scope.current
    this.#control = control
    this.#stores = stores
  }

  addChild(child: RuntimeNode): void {
    this.#children.push(child)
  }

  /** Whether the node forwards to none. */
  get isEnd(): boolean {
    return this.#children.length === 0
  }

  get recordMetadata(): RecordMetadata | null {
    return this.#current.metadata
  }

  get metricTags(): MetricTags {
    return { ...taskTags(this.#scope.environment, this.taskId), 'processor-node-id': this.nodeName }
  }

  get partition(): number {
    return this.#current.partition
  }

  forward(record: StreamRecord<unknown, unknown>, childName?: string): void {
    const current = this.#current
    if (current.hasLevels && this.level === 'own') return this.#forwardByLevel(record, childName)
    if (record.timestamp === current.timestamp && record.headers === current.headers) return this.#deliver(record, childName)
    const { timestamp, headers } = current
    current.stamp(record.timestamp, record.headers)
    try {
      this.#deliver(record, childName)
    } finally {
      current.stamp(timestamp, headers)
    }
  }

  #forwardByLevel(record: StreamRecord<unknown, unknown>, childName: string | undefined): void {
    const left = this.#current.enter(record)
    try {
      this.#deliver(record, childName)
    } finally {
      this.#current.restore(left)
    }
  }

  stateStore<S extends AnyStore>(store: S): StateStoreOf<S>
  stateStore<S>(name: string): S
  stateStore(store: string | AnyStore): unknown {
    const name = typeof store === 'string' ? store : store.name
    if (this.#stores.has(name)) return this.#control.store(name)
    const message = `${this.nodeName} is not connected to the store ${name}: name it where the processor is added, or connect them.`
    throw new TopologyError('STREAMS_STORE_NOT_CONNECTED', message, { facts: { node: this.nodeName, store: name } })
  }

  schedule(intervalMs: number, type: PunctuationType, punctuator: Punctuator, options: PunctuationOptions = {}): Cancellable {
    checkOptions('schedule()', options, scheduleOptions)
    return this.#control.schedule({ node: this.nodeName, intervalMs, type, punctuator, startMs: options.startMs })
  }

  commit(): void {
    this.#control.requestCommit()
  }

  currentStreamTimeMs(): number {
    return this.#scope.streamTime()
  }

  currentSystemTimeMs(): number {
    return this.#scope.environment.clock.now()
  }

  monotonicMs(): number {
    return this.#scope.environment.clock.monotonic()
  }

  drop(reason: string, facts?: SkipFacts): void {
    this.#scope.skipped.drop(this.nodeName, reason, facts)
  }

  logSkipped(reason: string, facts?: SkipFacts): void {
    this.#scope.skipped.log(this.nodeName, reason, facts)
  }

  countDropped(): void {
    this.#scope.skipped.count()
  }

  processorMetadata(key: string): number | undefined {
    return this.#control.metadata?.get(key)
  }

  keepProcessorMetadata(key: string, value: number): void {
    this.#control.metadata?.set(key, value)
  }

  recordContext(): RecordContext {
    return this.#current.context()
  }

  withRecordContext(context: RecordContext, emit: () => void): void {
    this.#current.during(context, emit)
  }

  shared<T extends object>(key: string, make: () => T): T {
    const existing = this.#scope.shared.get(key) ?? make()
    this.#scope.shared.set(key, existing)
    return existing as T
  }

  keySerde<T>(serde: Serde<T> | undefined): Serde<T> {
    return this.#scope.environment.serdes.key(serde as Serde<unknown> | undefined, this.nodeName) as Serde<T>
  }

  valueSerde<T>(serde: Serde<T> | undefined): Serde<T> {
    return this.#scope.environment.serdes.value(serde as Serde<unknown> | undefined, this.nodeName) as Serde<T>
  }

  internalTopic(name: string): string {
    return `${this.applicationId}-${name}`
  }

  #deliver(record: StreamRecord<unknown, unknown>, childName: string | undefined): void {
    if (this.#guard !== undefined) return this.#deliverGuarded(record, childName, this.#guard)
    if (childName !== undefined) return this.#child(childName).process(record)
    const children = this.#children
    for (let index = 0; index < children.length; index++) children[index]!.process(record)
  }

  #deliverGuarded(record: StreamRecord<unknown, unknown>, childName: string | undefined, guard: ValueGuard): void {
    const isChanged = guard.passOn(record)
    for (const child of childName === undefined ? this.#children : [this.#child(childName)]) {
      child.process(record)
      if (isChanged?.() === true) throw changedBelow(child.name)
    }
  }

  #child(name: string): RuntimeNode {
    const child = this.#children.find((candidate) => candidate.name === name)
    if (child !== undefined) return child
    const message = `${this.nodeName} has no child ${name}: forward to one of ${this.#children.map((each) => each.name).join(', ')}.`
    throw new StreamsError('STREAMS_UNKNOWN_CHILD', message, { facts: { node: this.nodeName, child: name } })
  }
}

const scheduleOptions: OptionNames<PunctuationOptions> = { startMs: true }
