import { Serdes, topic, nullable, type StorageFactory, type Topology } from 'millrace'
import { TopologyTestDriver, type ProducedRecord, type TopologyTestDriverConfig } from 'millrace/testing'
import { callFormats } from './byte-formats.ts'
import { differences, unanswered } from './compare.ts'
import { expectedOf } from './deviations.ts'
import { buildOptions, driverConfig, planOptions } from './config.ts'
import { dropped, topics } from './inspect.ts'
import { javaThrown } from './java-names.ts'
import type { Verdict } from './report.ts'
import { Unsupported, type Json, type Outcome, type Scenario, type Thrown } from './scenario/scenario.ts'
import { fromBytes, toBytes } from './scenario/serde-names.ts'
import { hex, toJson } from './scenario/values.ts'
import { buildTopology, type BuiltTopology } from './steps/build.ts'
import { dumpStores, readStore } from './store-reads.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** What may be different in a run, and must not make its result different. */
export interface RunOptions {
  /** Without it, stores on disk are in memory, too, and behave the same. */
  readonly disk?: StorageFactory | undefined
  readonly declarations?: 'on' | 'off' | undefined
  /** Replaces the key and value of an input by others, such as bytes that no serde reads. */
  readonly damage?: (record: Bytes, index: number) => Bytes
}

interface Bytes {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
}

/** Runs a scenario and compares it with the result that it carries. */
export function judge(scenario: Scenario, options: RunOptions = {}): Verdict {
  try {
    const { expected, deviations } = expectedOf(scenario)
    const asked = scenario.throws?.at === 'build' && expected.throws === undefined ? withoutDefects(scenario) : scenario
    const found = [...unanswered(scenario), ...differences(expected, runScenario(asked, options))]
    return found.length === 0 ? { kind: 'passed', deviations } : { kind: 'wrong', differences: found }
  } catch (error) {
    if (error instanceof Unsupported) return { kind: 'unsupported', reason: error.message }
    const actual = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { kind: 'wrong', differences: [{ part: 'run', expected: 'an outcome', actual }] }
  }
}

/** Where only Java cannot build the topology, there is no defect to copy: it has to work. */
function withoutDefects(scenario: Scenario): Scenario {
  return { ...scenario, config: { ...scenario.config, '__enable.process.processValue.fix__': 'true' } }
}

export function runScenario(scenario: Scenario, options: RunOptions = {}): Outcome {
  if (scenario.bytes !== undefined) return { results: callFormats(scenario.bytes) }
  return new ScenarioRun(scenario, options).run()
}

/** One scenario through the test driver. */
class ScenarioRun {
  readonly #scenario: Scenario
  readonly #options: RunOptions
  readonly #want: ReadonlySet<string>
  readonly #result: Mutable<Outcome> = {}
  readonly #out: Json[][] = []
  readonly #raw: Json[][] = []
  /** What stores are restored from: changelogs, and of source topics that serve as such what was piped, as in Java's harness. */
  readonly #history: ProducedRecord[] = []
  #topology: Topology | undefined
  #driver!: TopologyTestDriver
  readonly #config: TopologyTestDriverConfig
  #seen = 0
  #piped = 0

  constructor(scenario: Scenario, options: RunOptions) {
    this.#scenario = scenario
    this.#options = options
    this.#want = new Set(scenario.want)
    this.#config = { ...driverConfig(scenario.config ?? {}), declarations: options.declarations }
  }

  run(): Outcome {
    const built = this.#attempt('build', () => this.#build())
    if (built === undefined) return this.#result
    this.#topology = built.topology
    if (this.#want.has('describe')) this.#result.describe = built.topology.describe().toString()
    if (this.#want.has('topics')) Object.assign(this.#result, this.#topics(built))
    if (this.#scenario.run !== false) this.#drive(built)
    return this.#result
  }

  #build(): BuiltTopology {
    return buildTopology(this.#scenario.topo ?? [], buildOptions(this.#scenario.config ?? {}))
  }

  #topics({ topology }: BuiltTopology): object {
    return topics(topology, this.#scenario.run === false ? 'built' : 'run', planOptions(this.#scenario.config ?? {}))
  }

  #drive(built: BuiltTopology): void {
    if (this.#attempt('init', () => this.#open(built)) === undefined) return
    this.#pipeAll()
    this.#finish(this.#driver)
    this.#close()
  }

  #open({ topology }: BuiltTopology): true {
    const storage = this.#emptyDisk()
    this.#driver = new TopologyTestDriver(topology, { ...this.#config, ...storage, changelogs: [...this.#history] })
    this.#seen = this.#driver.produced().length
    return true
  }

  /** Java's driver is opened anew on a directory that was wiped. */
  #emptyDisk(): { readonly storage?: StorageFactory } {
    const { disk } = this.#options
    if (disk === undefined) return {}
    for (const name of disk.list('')) disk.destroy(name)
    return { storage: disk }
  }

  /** A task that has thrown may not close cleanly; the result is already there. */
  #close(): void {
    try {
      this.#driver.close()
    } catch (error) {
      if (this.#result.throws === undefined) throw error
    }
  }

  #pipeAll(): void {
    for (const [index, input] of (this.#scenario.in ?? []).entries()) {
      const answer = this.#attempt(index, () => this.#pipe(input))
      if (answer === undefined) return
      this.#record(this.#driver, answer)
    }
  }

  /** Returns what the input answers by itself: the result of a read. */
  #pipe(input: readonly Json[]): Json[] {
    const [name] = input
    if (name === '!store') return readStore(this.#driver, input)
    if (name === '!wall') this.#driver.advanceWallClockTime(Number(input[1]))
    else if (name === '!reopen') this.#reopen()
    else if (String(name).startsWith('!')) throw new Unsupported(String(name))
    else this.#pipeRecord(this.#driver, input)
    return []
  }

  /** A new driver on a newly built topology, with nothing of the old one but its changelogs. */
  #reopen(): void {
    this.#driver.close()
    this.#open(this.#build())
  }

  #pipeRecord(driver: TopologyTestDriver, [name, key, value, timestamp, headers]: readonly Json[]): void {
    // Java's records refuse it before any extractor sees it.
    if (Number(timestamp) < 0) throw new TypeError(`Invalid timestamp ${String(timestamp)}.`)
    const [keySerde, valueSerde] = this.#serdes(String(name))
    const input = driver.createInputTopic(topic(String(name), { key: nullable(Serdes.bytes), value: nullable(Serdes.bytes) }))
    const bytes = {
      key: toBytes(keySerde, key ?? null, String(name), 'key'),
      value: toBytes(valueSerde, value ?? null, String(name), 'value'),
    }
    const { damage = (record: Bytes) => record } = this.#options
    const record = {
      ...damage(bytes, this.#piped++),
      timestamp: Number(timestamp),
      headers: ((headers ?? []) as [string, string | null][]).map(([header, text]) => ({
        key: header,
        value: text === null ? null : Buffer.from(text),
      })),
    }
    this.#history.push({ topic: String(name), partition: 0, ...record })
    input.pipeInput(record)
  }

  #serdes(name: string): readonly [Json, Json] {
    return this.#scenario.topics?.[name] ?? ['string', 'string']
  }

  /** Sorts what the input made the topology write into outputs and internal records. */
  #record(driver: TopologyTestDriver, answer: Json[]): void {
    const written = driver.produced().slice(this.#seen)
    this.#seen += written.length
    this.#history.push(...written.filter(isInternal))
    this.#out.push([...answer, ...written.filter((record) => !isInternal(record)).map((record) => this.#outputRow(record))])
    this.#raw.push(written.filter(isInternal).map(internalRow))
  }

  #outputRow({ topic: name, key, value, timestamp, headers }: ProducedRecord): Json[] {
    const [keySerde, valueSerde] = this.#serdes(name)
    const row = [name, fromBytes(keySerde, key, name, 'key'), fromBytes(valueSerde, value, name, 'value'), timestamp]
    const texts = headers.map((header) => [header.key, header.value === null ? null : Buffer.from(header.value).toString()])
    return texts.length === 0 ? row : [...row, texts]
  }

  #finish(driver: TopologyTestDriver): void {
    this.#result.out = this.#out
    if (this.#want.has('raw')) this.#result.raw = this.#raw
    this.#result.dropped = dropped(driver)
    this.#result.produced = [...driver.producedTopicNames()].toSorted()
    if (this.#want.has('stores') && this.#result.throws === undefined)
      this.#result.stores = dumpStores(driver, (store) => this.#loggedKeys(driver, store))
  }

  /** Keys in the changelog of a store, as the oracle reads them. */
  #loggedKeys(driver: TopologyTestDriver, storeName: string): readonly string[] {
    const records = [...this.#history, ...driver.produced()].filter((each) => each.topic === `app-${storeName}-changelog`)
    return [...new Set(records.map(({ key }) => Buffer.from(key ?? []).toString()))].toSorted()
  }

  /** Undefined where it threw what Java may throw as well; the result says what. */
  #attempt<T>(at: Thrown['at'], action: () => T): T | undefined {
    try {
      return action()
    } catch (error) {
      if (error instanceof Unsupported) throw error
      this.#result.throws = javaThrown(error, at, this.#topology)
      return undefined
    }
  }
}

function isInternal({ topic: name }: ProducedRecord): boolean {
  return name.startsWith('app-')
}

function internalRow({ topic: name, key, value, timestamp, headers }: ProducedRecord): Json[] {
  const row = [name, toHex(key), toHex(value), timestamp]
  const values = headers.map((header) => [header.key, toJson(header.value)])
  return values.length === 0 ? row : [...row, values]
}

function toHex(bytes: Uint8Array | null): Json {
  return bytes === null ? null : hex(bytes)
}
