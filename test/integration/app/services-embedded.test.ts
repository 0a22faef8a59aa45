import t from 'tap'
import { EmbeddedKafka } from 'millrace/embedded'
import { servicesAlone } from '../../app/services/alone-suite.ts'

// The file's own limit, where it is run without the project's script.
t.setTimeout(300_000)

t.test('each service starts alone, on the embedded broker over TCP', async (t) => {
  await using cluster = await EmbeddedKafka.open()
  const { bootstrapServers } = await cluster.listen(0)
  await servicesAlone(t, bootstrapServers)
})
