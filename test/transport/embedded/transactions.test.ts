import t from 'tap'
import { sleep } from '../../../lib/clock/clock.ts'
import { EmbeddedKafka } from '../../../lib/embedded.ts'
import { kafka } from '../../../lib/transport/kafka/kafka.ts'
import { transactionCases } from '../../conformance/transport/transaction-cases.ts'
import { connectionsToTest } from '../kafka/connections-to-test.ts'

// Both versions of the protocol, on all ways to the embedded broker. A real Kafka runs them in test/integration.

for (const transactionVersion of [1, 2] as const)
  for (const [sentence, run] of Object.entries(transactionCases)) {
    t.test(`version ${transactionVersion}, in this process: ${sentence}`, async (t) => {
      await using cluster = await EmbeddedKafka.open({ transactionVersion })
      await run(t, cluster, (ms) => sleep(cluster.clock, ms))
    })
    for (const connection of connectionsToTest(t))
      t.test(`version ${transactionVersion}, over ${connection}: ${sentence}`, async (t) => {
        await using embedded = await EmbeddedKafka.open({ transactionVersion })
        const { bootstrapServers } = await embedded.listen(0)
        await run(t, kafka({ bootstrapServers, connection }), (ms) => sleep(embedded.clock, ms))
      })
  }
