import t from 'tap'
import { EmbeddedKafka } from '../../lib/embedded.ts'
import { kafka } from '../../lib/transport/kafka/kafka.ts'
import { connectionsToTest } from '../transport/kafka/connections-to-test.ts'
import { changingTopicsSuite } from './changing-topics-suite.ts'

const embedded = await EmbeddedKafka.open()
const { bootstrapServers } = await embedded.listen(0)
t.teardown(() => embedded.close())
for (const connection of connectionsToTest(t))
  changingTopicsSuite(t, `embedded broker over ${connection}`, kafka({ bootstrapServers, connection }))
