import t from 'tap'
import { fetchCases } from '../../conformance/transport/fetch-cases.ts'
import { produceCases } from '../../conformance/transport/produce-cases.ts'
import { fakeCluster } from './fake-cluster.ts'

// The transport's suite of producing and fetching, without a Kafka and without a socket.
for (const [sentence, run] of Object.entries({ ...produceCases, ...fetchCases }))
  t.test(sentence, async (t) => {
    const { cluster, embedded } = fakeCluster()
    t.teardown(() => embedded.close())
    await run(t, cluster, () => Promise.resolve())
  })

t.test('closing a client closes its connections', async (t) => {
  const { cluster, connections } = fakeCluster()
  const fetcher = await cluster.fetcher({ clientId: 'test' })
  t.equal(connections.open, 1)
  await fetcher.close()
  await new Promise((resolve) => setImmediate(resolve))
  t.equal(connections.open, 0)
})
