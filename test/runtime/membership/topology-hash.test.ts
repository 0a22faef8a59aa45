import t from 'tap'
import { topologyHash } from '../../../lib/runtime/membership/topology-hash.ts'
import { plan, repartition, store, subtopology } from '../plan-fixture.ts'

const given = { sourceTopics: ['in'], stores: [store('counts')], repartitionTopics: [repartition('app-r-repartition')] }
const hash = topologyHash(plan(subtopology(0, given)))

t.test('what members must agree on is in it', async (t) => {
  t.equal(topologyHash(plan(subtopology(0, { ...given }))), hash)
  const others = [
    subtopology(1, given),
    subtopology(0, { ...given, sourceTopics: ['other'] }),
    subtopology(0, { ...given, pattern: /in.*/ }),
    subtopology(0, { ...given, stores: [store('sums')] }),
    subtopology(0, { ...given, stores: [store('counts', { kind: 'window' })] }),
    subtopology(0, { ...given, repartitionTopics: [repartition('app-r-repartition', 5)] }),
  ]
  const hashes = others.map((other) => topologyHash(plan(other)))
  t.equal(new Set([hash, ...hashes]).size, others.length + 1)
})

t.test('operators are not', async (t) => {
  const processor = { kind: 'processor', name: 'p', parents: [], stores: [], processor: { kind: 'supplied', method: 'process', supplier: () => ({ process: () => undefined }) } } as const // prettier-ignore
  t.equal(topologyHash(plan(subtopology(0, { ...given, nodes: [processor] }))), hash)
})
