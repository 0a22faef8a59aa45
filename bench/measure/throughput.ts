import { join } from 'node:path'
import { rm } from 'node:fs/promises'
import type { Bench } from '../broker/bench.ts'
import { createTopic, deleteTopics, endOffsets, hopsOf, requireCommitted } from '../broker/topics.ts'
import { dataSets } from '../gen/data-set.ts'
import type { DataSet } from '../gen/data-set.ts'
import { writeTopic } from '../gen/write-topic.ts'
import type { Input } from '../gen/inputs.ts'
import type { StartOrder } from '../protocol.ts'
import type { JavaCell, ThroughputRow } from '../rows/row.ts'
import { oursCommand } from '../subject/ours-command.ts'
import type { JavaProgram } from '../subject/java-program.ts'
import { cpuMicroseconds, forgetPeak, memoryOf } from '../subject/process-times.ts'
import { folderBytes } from '../subject/folder-bytes.ts'
import { SubjectProcess } from '../subject/subject-process.ts'
import type { SubjectCommand } from '../subject/subject-process.ts'
import { digestOf } from '../verify/digest.ts'
import { readTopic } from '../verify/read-topic.ts'
import { drained } from './drained.ts'
import { verdictsOf } from './results.ts'
import type { Pass, RowResult, SideResult } from './results.ts'
import { java, metered, ours, turn } from './sides.ts'
import type { Side } from './sides.ts'
import type { Plan } from './plan.ts'

/** Measures a row: warm-up passes, then pairs in turns. Throws when the outputs differ. */
export async function measureThroughput(bench: Bench, program: JavaProgram, row: ThroughputRow, plan: Plan): Promise<RowResult> {
  const run = new ThroughputRun(bench, row, plan)
  await run.seed()
  const cells = plan.suite === 'full' && row.java.length > 1 ? await run.tryCells(program) : []
  const cell = cells.toSorted((left, right) => left.figure - right.figure)[0]?.cell ?? row.java[0]
  const result = await run.pairs(program, cell)
  return { ...result, cells }
}

/** Measures a row with Millrace's metrics and without: a pair of figures each time, in the order of `metered`. */
export async function* measureMetered(bench: Bench, row: ThroughputRow, plan: Plan): AsyncGenerator<readonly number[]> {
  const run = new ThroughputRun(bench, row, plan)
  await run.seed()
  yield* run.metered()
}

interface Contender {
  readonly side: Side
  readonly subject: SubjectProcess
  readonly cell: JavaCell | null
  readonly passes: Pass[]
}

/** The plan with no more passes than the row takes. */
function atMost(plan: Plan, { passes }: ThroughputRow): Plan {
  const { warmUps, pairs } = passes ?? plan
  return { ...plan, warmUps: Math.min(plan.warmUps, warmUps), pairs: Math.min(plan.pairs, pairs) }
}

class ThroughputRun {
  readonly prefix: string
  readonly #bench: Bench
  readonly #row: ThroughputRow
  readonly #plan: Plan
  readonly #data: DataSet
  readonly #records: number
  /** How many records the inputs have. */
  #written = 0
  #passes = 0
  #digest: { readonly side: string; readonly text: string } | null = null

  constructor(bench: Bench, row: ThroughputRow, plan: Plan) {
    this.#bench = bench
    this.#row = row
    this.#plan = atMost(plan, row)
    this.#data = dataSets[row.data ?? 'first']
    this.#records = plan.records ?? row.records[plan.suite]
    this.prefix = `bench-${row.name}-`
  }

  /** The inputs of a row are the same in all passes, unless something is added to them on the way. */
  async seed(): Promise<void> {
    if (this.#row.later === undefined) await this.#write(this.prefix, this.#row.inputs(this.#records, this.#data))
  }

  /** One warm pass with each of Java's ways to run. */
  async tryCells(program: JavaProgram): Promise<RowResult['cells']> {
    const tried = []
    for (const cell of this.#row.java) {
      await using subject = new SubjectProcess(program.command(cell.collector))
      const contender: Contender = { side: java, subject, cell, passes: [] }
      await this.#pass(contender)
      tried.push({ cell, figure: (await this.#pass(contender)).figure })
    }
    return tried
  }

  async pairs(program: JavaProgram, cell: JavaCell): Promise<Omit<RowResult, 'cells'>> {
    await using subjects = new AsyncDisposableStack()
    const launch = (command: SubjectCommand): SubjectProcess => subjects.use(new SubjectProcess(command))
    const raw = launch(oursCommand(null))
    const contenders: Contender[] = [
      { side: java, subject: launch(program.command(cell.collector)), cell, passes: [] },
      ...this.#plan.connections.map((connection) => ({
        side: ours(connection),
        subject: launch(oursCommand(this.#plan.profile)),
        cell: null,
        passes: [],
      })),
    ]
    const floor: number[] = []
    for (let pass = -this.#plan.warmUps; pass < this.#plan.pairs; pass++) {
      const l1 = await this.#rawPass(raw)
      if (pass >= 0 && l1 !== null) floor.push(l1)
      for (const contender of turn(contenders, Math.abs(pass))) {
        const figures = await this.#pass(contender)
        if (pass >= 0) contender.passes.push(figures)
      }
    }
    // A process that is killed leaves no profile.
    if (this.#plan.profile !== null) for (const { side, subject } of contenders) if (side !== java) await subject.end()
    return this.#result(contenders, cell, floor)
  }

  async *metered(): AsyncGenerator<readonly number[]> {
    await using subjects = new AsyncDisposableStack()
    const contenders = metered.map((side): Contender => {
      const subject = subjects.use(new SubjectProcess(oursCommand(null)))
      return { side, subject, cell: null, passes: [] }
    })
    for (let pass = -this.#plan.warmUps; pass < this.#plan.pairs; pass++) {
      for (const contender of turn(contenders, Math.abs(pass))) contender.passes.push(await this.#pass(contender))
      if (pass >= 0) yield contenders.map(({ passes }) => passes.at(-1)!.figure)
    }
  }

  #result(contenders: readonly Contender[], cell: JavaCell, floor: readonly number[]): Omit<RowResult, 'cells'> {
    const sides: SideResult[] = contenders.map(({ side, passes }) => ({
      name: side.name,
      isJava: side.connection === null,
      passes,
    }))
    return {
      ...verdictsOf(this.#row),
      unit: 'CPU-µs/record',
      records: this.#records,
      digest: this.#digest!.text,
      cell,
      floor,
      sides,
    }
  }

  /** One application from start to close: its last commit and its close are part of the figure. */
  async #pass({ side, subject, cell }: Contender): Promise<Pass> {
    const { prefix: row } = this
    const prefix = `${row}${this.#passes++}-`
    const output = `${prefix}output`
    const order = await this.#prepare(prefix, output, side, cell)
    forgetPeak(subject.pid)
    const [cpuBefore, began] = [cpuMicroseconds(subject.pid), performance.now()]
    await subject.ask(order)
    const ended = await this.#drained(subject, prefix)
    const memory = memoryOf(subject.pid)
    const others = { 'state MB': folderBytes(order.stateDir) / 1e6 }
    const { longestStallMs } = await subject.ask({ kind: 'close' })
    const figure = (cpuMicroseconds(subject.pid) - cpuBefore) / this.#row.units(this.#records)
    const hops = await hopsOf(this.#bench, order.applicationId)
    await requireCommitted(this.#bench, order.applicationId, [...order.inputs, ...hops])
    await this.#check(side, output)
    await deleteTopics(this.#bench, prefix)
    await rm(order.stateDir, { recursive: true, force: true })
    return { figure, wallMs: ended - began, others, memory, longestStallMs }
  }

  async #prepare(prefix: string, output: string, side: Side, cell: JavaCell | null): Promise<StartOrder> {
    const { bootstrapServers, scratch } = this.#bench
    const { topology, settings } = this.#row
    const isFresh = this.#row.later !== undefined
    const at = isFresh ? prefix : this.prefix
    if (isFresh) await this.#write(at, this.#row.inputs(this.#records, this.#data))
    await createTopic(this.#bench, output)
    return {
      kind: 'start',
      topology,
      values: this.#data.name === 'second' ? 'nullable' : 'present',
      bootstrapServers,
      connection: side.connection ?? 'socket',
      inputs: this.#row.inputs(0, this.#data).map(({ name }) => at + name),
      output,
      applicationId: `${prefix}app`,
      stateDir: join(scratch, `${prefix}state`),
      metrics: side.metrics,
      settings: { ...settings, cacheBytes: cell?.cacheBytes ?? settings.cacheBytes },
    }
  }

  async #drained(subject: SubjectProcess, prefix: string): Promise<number> {
    const ended = await drained(this.#bench, subject, this.#written)
    if (this.#row.later === undefined) return ended
    for (const { name, records } of this.#row.later(this.#records, this.#data))
      await writeTopic(this.#bench, prefix + name, records)
    return drained(this.#bench, subject, 0)
  }

  async #rawPass(subject: SubjectProcess): Promise<number | null> {
    if (this.#row.later !== undefined) return null
    const topic = `${this.prefix}${this.#row.inputs(0, this.#data)[0]!.name}`
    const ends = await endOffsets(this.#bench, topic)
    const before = cpuMicroseconds(subject.pid)
    const { records } = await subject.ask({ kind: 'raw', bootstrapServers: this.#bench.bootstrapServers, topic, ends })
    return (cpuMicroseconds(subject.pid) - before) / records
  }

  async #write(prefix: string, inputs: readonly Input[]): Promise<void> {
    this.#written = 0
    for (const { name, records } of inputs) {
      await createTopic(this.#bench, prefix + name)
      this.#written += await writeTopic(this.#bench, prefix + name, records)
    }
  }

  /** Nothing counts before the outputs are equal. */
  async #check(side: Side, output: string): Promise<void> {
    const digest = digestOf(this.#row.comparison)
    await readTopic(this.#bench, output, (key, value, timestamp) => digest.add(key, value, timestamp))
    const text = digest.text()
    this.#digest ??= { side: side.name, text }
    if (text === this.#digest.text) return
    throw new Error(`${this.#row.name}: ${side.name} wrote ${text}, ${this.#digest.side} ${this.#digest.text}: the run is void.`)
  }
}
