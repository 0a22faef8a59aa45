import t from 'tap'
import { noHeaders } from '../../../lib/model/headers.ts'
import { BoundSerde } from '../../../lib/runtime/serdes/serialization.ts'
import type { Serde } from '../../../lib/model/serde.ts'
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
