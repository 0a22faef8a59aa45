import t from 'tap'
import { kafka } from '../../../lib/transport/kafka/kafka.ts'
import { transportSuite } from '../../conformance/transport-suite.ts'
import { sharedKafka } from '../../servers/kafka-for-tests.ts'

const bootstrapServers = await sharedKafka(t)
if (bootstrapServers !== null) {
  const cluster = kafka({ bootstrapServers })
  transportSuite(t, { name: 'kafka', open: () => Promise.resolve({ cluster, close: () => Promise.resolve() }) })
}
