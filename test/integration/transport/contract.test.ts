import t from 'tap'
import { kafka } from '../../../lib/transport/kafka/kafka.ts'
import { transportSuite } from '../../conformance/transport-suite.ts'
import { connectionsToTest } from '../../transport/kafka/connections-to-test.ts'
import { sharedKafka } from '../../servers/kafka-for-tests.ts'

const bootstrapServers = await sharedKafka(t)
if (bootstrapServers !== null) {
  for (const connection of connectionsToTest(t)) {
    const cluster = kafka({ bootstrapServers, connection })
    transportSuite(t, {
      name: `kafka over ${connection}`,
      open: () => Promise.resolve({ cluster, close: () => Promise.resolve() }),
    })
  }
}
