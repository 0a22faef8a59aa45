import t from 'tap'
import type { Serde } from '../../../lib/model/serde.ts'
import { SerdeResolver } from '../../../lib/runtime/serdes/serde-resolver.ts'
import { Serdes } from '../../../lib/serde/serdes.ts'

const [text, long] = [Serdes.string, Serdes.long] as readonly unknown[] as [Serde<unknown>, Serde<unknown>]

t.test('a serde of its own comes before the default, and neither is an error that names the place', async (t) => {
  const resolver = new SerdeResolver({ schemaRegistry: 'local', defaultKey: text })
  t.equal(resolver.key(undefined, 'the node').name, text.name)
  t.equal(resolver.key(long, 'the node').name, long.name)
  t.equal(resolver.value(long, 'the node').name, long.name)
  t.throws(() => resolver.value(undefined, 'the node'), {
    code: 'STREAMS_SERDE_MISSING',
    message: /the node has no value serde.*defaultValueSerde/,
  })
})
