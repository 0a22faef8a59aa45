import { bindSerde, openConsumer, openProducer } from 'millrace'
import type { Cluster, DeadLetter, RawRecord, SchemaRegistry, TopicProducer } from 'millrace'
import { asError } from '../../../examples/transfer-pipeline/errors/error-class.ts'
import type { ErrorCounts } from '../../../examples/transfer-pipeline/errors/error-counts.ts'
import { placeOf, refusal } from '../../../examples/transfer-pipeline/errors/refusal.ts'
import { bytesOf, transferCommands } from '../../../examples/transfer-pipeline/topics.ts'
import type { Settlement } from '../../bank/ports.ts'
import { commitHanded } from '../../platform/commit-handed.ts'

export const settlementGroup = 'transfers-write-settlement'

/** Who refuses commands, as dead letters name him. */
const clientId = 'transfers-write'

export interface SettlementCommandsOptions {
  readonly cluster: Cluster
  readonly schemaRegistry: SchemaRegistry
  /** Carries decisions out. They may come again. */
  readonly settle: (decisions: readonly Settlement[]) => Promise<unknown>
  readonly counts: ErrorCounts
  readonly log: (line: string) => void
}

/**
 * Reads what settlement has decided. An offset is committed when the decision is in SQL: a crash repeats it, and loses none. A command
 * that cannot be read goes to the dead letters of its topic, and those behind it are carried out.
 */
export class SettlementCommands {
  readonly #options: SettlementCommandsOptions
  readonly #consumer: Awaited<ReturnType<typeof openCommands>>
  readonly #letters: TopicProducer
  readonly #value: typeof transferCommands.value
  /** Rejects when it can no longer go on. */
  readonly done: Promise<void>

  private constructor(
    options: SettlementCommandsOptions,
    consumer: Awaited<ReturnType<typeof openCommands>>,
    letters: TopicProducer,
  ) {
    this.#options = options
    this.#consumer = consumer
    this.#letters = letters
    this.#value = bindSerde(transferCommands.value, { schemaRegistry: options.schemaRegistry })
    this.done = this.#run()
    this.done.catch(() => {})
  }

  static async start(options: SettlementCommandsOptions): Promise<SettlementCommands> {
    const letters = await openProducer(options.cluster, { clientId })
    try {
      return new SettlementCommands(options, await openCommands(options.cluster), letters)
    } catch (error) {
      await letters.close()
      throw error
    }
  }

  async close(): Promise<void> {
    await this.#consumer.close()
    await this.done.catch(() => {})
    await this.#letters.close()
  }

  async #run(): Promise<void> {
    for await (const { records } of this.#consumer) {
      await this.#carryOut(records)
      await commitHanded(this.#consumer)
    }
  }

  async #carryOut(records: readonly RawRecord[]): Promise<void> {
    const bytes = records.flatMap(({ value }) => (value === null ? [] : [value]))
    await this.#value.prepareRead?.(bytes, { topic: transferCommands.name, component: 'value', headers: [] })
    const letters: DeadLetter[] = []
    const decisions = records.flatMap((record) => this.#read(record, letters))
    await this.#send(letters)
    await this.#options.settle(decisions)
  }

  #read(record: RawRecord, letters: DeadLetter[]): Settlement[] {
    const { value, headers } = record
    if (value === null) return []
    try {
      return [this.#value.deserialize(value, { topic: transferCommands.name, component: 'value', headers })]
    } catch (error) {
      letters.push(refusal(asError(error), placeOf(record), { ...this.#options, applicationId: clientId }))
      return []
    }
  }

  async #send(letters: readonly DeadLetter[]): Promise<void> {
    for (const [topic, ofTopic] of Map.groupBy(letters, (letter) => letter.topic))
      await this.#letters.send(bytesOf(topic), ofTopic.map(recordOf))
  }
}

function recordOf({ key, value, headers = [], timestamp = Date.now() }: DeadLetter) {
  return { key, value, headers, timestamp }
}

function openCommands(cluster: Cluster) {
  return openConsumer(cluster, { clientId, groupId: settlementGroup, topics: [bytesOf(transferCommands.name)] })
}
