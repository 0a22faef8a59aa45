import { openConsumer } from 'millrace'
import type { Cluster, SchemaRegistry } from 'millrace'
import { transferCommands } from '../../../examples/transfer-pipeline/topics.ts'
import type { Settlement } from '../../bank/ports.ts'

export const settlementGroup = 'transfers-write-settlement'

export interface SettlementCommandsOptions {
  readonly cluster: Cluster
  readonly schemaRegistry: SchemaRegistry
  /** Carries decisions out. They may come again. */
  readonly settle: (decisions: readonly Settlement[]) => Promise<unknown>
}

/** Reads what settlement has decided. An offset is committed when the decision is in SQL: a crash repeats it, and loses none. */
export class SettlementCommands {
  readonly #consumer: Awaited<ReturnType<typeof openCommands>>
  /** Rejects when it can no longer go on. */
  readonly done: Promise<void>

  private constructor(consumer: Awaited<ReturnType<typeof openCommands>>, settle: SettlementCommandsOptions['settle']) {
    this.#consumer = consumer
    this.done = this.#run(settle)
    this.done.catch(() => {})
  }

  static async start(options: SettlementCommandsOptions): Promise<SettlementCommands> {
    return new SettlementCommands(await openCommands(options), options.settle)
  }

  async close(): Promise<void> {
    await this.#consumer.close()
    await this.done.catch(() => {})
  }

  async #run(settle: SettlementCommandsOptions['settle']): Promise<void> {
    for await (const { records } of this.#consumer) {
      await settle(records.flatMap(({ value }) => (value === null ? [] : [value])))
      await this.#consumer.commit()
    }
  }
}

function openCommands({ cluster, schemaRegistry }: SettlementCommandsOptions) {
  const topics = [transferCommands]
  const group = { clientId: 'transfers-write', groupId: settlementGroup }
  return openConsumer(cluster, { ...group, topics, schemaRegistry, maxWaitMs: 50 })
}
