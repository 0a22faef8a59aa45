import t from 'tap'
import { servicesAlone } from '../../app/services/alone-suite.ts'
import { ownKafka } from '../../servers/kafka-for-tests.ts'

// The file's own limit, where it is run without the project's script.
t.setTimeout(300_000)

t.test('each service starts alone, on a real Kafka', async (t) => {
  const server = await ownKafka(t)
  if (server !== null) await servicesAlone(t, server.bootstrapServers)
})
