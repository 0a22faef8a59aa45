import t from 'tap'
import { noHeaders } from '../../../lib/model/headers.ts'
import { BoundSerde } from '../../../lib/runtime/serdes/serialization.ts'
import { viewOf } from '../../../lib/model/byte-span.ts'
import type { Serde } from '../../../lib/model/serde.ts'
import { Serdes } from '../../../lib/serde/serdes.ts'
import { StoreSerde } from '../../../lib/state/store-serde.ts'

const failing: Serde<unknown> = {
  name: 'failing',
  serialize() {
    throw new Error('No bytes for this')
  },
  deserialize() {
    throw new Error('No value in this')
  },
}

t.test('the message of a serde that fails is a sentence, so that another one can follow', async (t) => {
  const topic = new BoundSerde(failing, 'orders', 'value')
  t.throws(() => topic.write(1, noHeaders), { message: /by the serde failing: No bytes for this\.$/ })
  t.throws(() => topic.read(new Uint8Array(), noHeaders), { message: /by the serde failing: No value in this\.$/ })
  const store = new StoreSerde(failing, 'orders-changelog', 'value', 'orders')
  t.throws(() => store.serialize(1), { message: /: No bytes for this\. Check the serdes of the store\.$/ })
})

t.test('bytes that are written in place are those of the serde, and of values that are not written so, too', async (t) => {
  const values = ['', 'a', 'x'.repeat(64), 'x'.repeat(65), 'ä', '\ud800']
  const text = new BoundSerde(Serdes.string as Serde<unknown>, 'orders', 'key')
  for (const value of values) t.same(Buffer.from(viewOf(text.bytesOf(value, noHeaders)!)), text.write(value, noHeaders), value)
  const count = new BoundSerde(Serdes.long as Serde<unknown>, 'orders', 'value')
  for (const value of [0, -1, 2 ** 40, Number.MIN_SAFE_INTEGER])
    t.same(Buffer.from(viewOf(count.bytesOf(value, noHeaders)!)), count.write(value, noHeaders))
  t.equal(count.bytesOf(null, noHeaders), null)
  t.throws(() => count.bytesOf(1.5, noHeaders), { code: 'STREAMS_SERIALIZATION' })
})
