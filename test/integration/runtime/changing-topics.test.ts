import t from 'tap'
import { kafka } from '../../../lib/transport/kafka/kafka.ts'
import { changingTopicsSuite } from '../../runtime/changing-topics-suite.ts'
import { sharedKafka } from '../../servers/kafka-for-tests.ts'
import { connectionsToTest } from '../../transport/kafka/connections-to-test.ts'

const bootstrapServers = await sharedKafka(t)
if (bootstrapServers !== null)
  for (const connection of connectionsToTest(t))
    changingTopicsSuite(t, `Kafka over ${connection}`, kafka({ bootstrapServers, connection }))
