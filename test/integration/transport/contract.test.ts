import t from 'tap'
import { sleep } from '../../../lib/clock/clock.ts'
import { kafka } from '../../../lib/transport/kafka/kafka.ts'
import { compactionCase, compactionSentence } from '../../conformance/transport/compaction-case.ts'
import { transportSuite } from '../../conformance/transport-suite.ts'
import { connectionsToTest } from '../../transport/kafka/connections-to-test.ts'
import { sharedKafka } from '../../servers/kafka-for-tests.ts'

const bootstrapServers = await sharedKafka(t)
if (bootstrapServers !== null) {
  t.test(`kafka: ${compactionSentence}`, async (t) => {
    const cluster = kafka({ bootstrapServers })
    await compactionCase(t, cluster, (ms) => sleep(cluster.clock, ms))
  })
  for (const connection of connectionsToTest(t)) {
    const cluster = kafka({ bootstrapServers, connection })
    transportSuite(t, {
      name: `kafka over ${connection}`,
      open: () => Promise.resolve({ cluster, close: () => Promise.resolve() }),
    })
  }
}
