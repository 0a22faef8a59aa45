import t from 'tap'
import { openConsumer, openProducer } from 'millrace'
import { schemasFor } from '../../../../examples/transfer-pipeline/schemas/avro-mode.ts'
import { EmbeddedKafka } from 'millrace/embedded'
import { SettlementCommands } from '../../../../app/adapters/kafka/settlement-commands.ts'
import type { Settlement } from '../../../../app/bank/ports.ts'
import { factsOf } from '../../../../app/dead-letters/letter.ts'
import { createTopics } from '../../../../app/pipeline/open-cluster.ts'
import { openRegistry } from '../../../../app/registry/registry-server.ts'
import { ErrorCounts } from '../../../../examples/transfer-pipeline/errors/error-counts.ts'
import { bytesOf, deadLetterTopicOf, transferCommands } from '../../../../examples/transfer-pipeline/topics.ts'

const command = (transferId: number) => ({ key: '7', value: { transferId, status: 'COMPLETED', reason: 'NONE' } }) as const
const unknownSchema = Uint8Array.from([0, 0, 0x0f, 0x42, 0x3f, 2])

t.test(
  'X1: commands that cannot be read go to the dead letters with their bytes, and those behind them are carried out once',
  async (t) => {
    await using cluster = await EmbeddedKafka.open()
    await createTopics(cluster)
    const registry = await openRegistry({ port: 0, path: ':memory:' })
    t.teardown(() => registry.close())
    const producer = await openProducer(cluster, { clientId: 'test', schemaRegistry: schemasFor('registry', registry.url) })
    t.teardown(() => producer.close())
    const counts = new ErrorCounts()
    const settled: Settlement[] = []
    const awaited = new Map([3, 4, 5].map((id) => [id, Promise.withResolvers<void>()]))
    const start = (): Promise<SettlementCommands> =>
      SettlementCommands.start({
        cluster,
        schemaRegistry: schemasFor('registry', registry.url),
        counts,
        log: () => {},
        async settle(decisions) {
          settled.push(...decisions)
          for (const { transferId } of decisions) awaited.get(transferId)?.resolve()
        },
      })

    await producer.send(transferCommands, [command(1)])
    for (const value of [Buffer.from('hello'), unknownSchema])
      await producer.send(bytesOf(transferCommands.name), [{ key: Buffer.from('7'), value }])
    await producer.send(transferCommands, [command(2), command(3)])
    const commands = await start()
    const settles = (running: SettlementCommands, id: number): Promise<void> =>
      Promise.race([awaited.get(id)!.promise, running.done])
    await settles(commands, 3)
    // Before it is carried out, those before it are committed.
    await producer.send(transferCommands, [command(4)])
    await settles(commands, 4)
    await commands.close()
    t.same(
      settled.map(({ transferId }) => transferId),
      [1, 2, 3, 4],
    )

    const letters = await openConsumer(cluster, { clientId: 'test', topics: [bytesOf(deadLetterTopicOf(transferCommands.name))] })
    const records = []
    for await (const batch of letters) if (records.push(...batch.records) >= 2) break
    await letters.close()
    t.same(
      records.map(({ value }) => value),
      [Buffer.from('hello'), unknownSchema].map((bytes) => Uint8Array.from(bytes)),
    )
    t.match(records.map(factsOf), [
      {
        class: 'invalid-schema',
        refusedBy: 'transfers-write',
        source: { topic: transferCommands.name, o: 1 },
        remedy: 'send-to-topic',
      },
      { class: 'schema-not-found', refusedBy: 'transfers-write', source: { topic: transferCommands.name, o: 2 } },
    ])
    t.equal(counts.total('dlq_records_total', { topic: transferCommands.name }), 2)

    await producer.send(transferCommands, [command(5)])
    const again = await start()
    await settles(again, 5)
    await again.close()
    t.equal(counts.total('dlq_records_total'), 2, 'what was refused is behind the offset that is committed')
  },
)
