import t from 'tap'
import { sleep } from '../../../lib/clock/clock.ts'
import { kafka } from '../../../lib/transport/kafka/kafka.ts'
import { transactionCases } from '../../conformance/transport/transaction-cases.ts'
import { connectionsToTest } from '../../transport/kafka/connections-to-test.ts'
import { sharedKafka } from '../../servers/kafka-for-tests.ts'

const bootstrapServers = await sharedKafka(t)
if (bootstrapServers !== null)
  for (const connection of connectionsToTest(t))
    for (const [sentence, run] of Object.entries(transactionCases))
      t.test(`kafka over ${connection}: ${sentence}`, async (t) => {
        const cluster = kafka({ bootstrapServers, connection })
        await run(t, cluster, (ms) => sleep(cluster.clock, ms))
      })
