import t from 'tap'
import { bindSerde, type Serde, type SerdeContext } from '../../../lib/model/serde.ts'
import { waitingKeySerde, waitingValuesSerde } from '../../../lib/processor/stream-join/join-serdes.ts'
import { Serdes } from '../../../lib/serde/serdes.ts'

const context: SerdeContext = { topic: 't', component: 'value', headers: [] }
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** A serde of strings that notes what it is asked to prepare. */
function noting(notes: string[], name: string): Serde<string> {
  return {
    ...Serdes.string,
    name,
    prepareRead: async (bytes) => void notes.push(`${name} reads ${bytes.map((each) => Buffer.from(each).toString()).join()}`),
    prepareWrite: async ({ topic }) => void notes.push(`${name} writes ${topic}`),
  }
}

t.test("keys and values have Java's bytes, and come back", async (t) => {
  const keys = bindSerde(waitingKeySerde(Serdes.string), {})
  const key = { timestamp: 258, side: 'left', key: 'k' } as const
  t.equal(hex(keys.serialize(key, context)), '0000000000000102016b')
  t.same(keys.deserialize(keys.serialize(key, context), context), key)
  const values = bindSerde(waitingValuesSerde(Serdes.string, Serdes.string), {})
  const list = [{ side: 'left', value: 'a' } as const, { side: 'right', value: 'a2' } as const]
  t.equal(hex(values.serialize(list, context)), '0100000002000000020161000000030061'.concat('32'))
  t.same(values.deserialize(values.serialize(list, context), context), list)
})

t.test('without serdes they are the defaults of the environment, or an error that says which', async (t) => {
  const environment = { defaultKey: Serdes.long, defaultValue: Serdes.long } as never
  const key = { timestamp: 0, side: 'right', key: 1 } as const
  t.equal(hex(bindSerde(waitingKeySerde<number>(undefined), environment).serialize(key, context)), '0'.repeat(33) + '1')
  const missing = { code: 'STREAMS_SERDE_MISSING' }
  t.throws(() => bindSerde(waitingKeySerde(undefined), {}), missing)
  t.throws(() => bindSerde(waitingValuesSerde(Serdes.string, undefined), {}), missing)
  t.throws(() => waitingKeySerde(Serdes.string).serialize({ ...key, key: 'k' }, context), { code: 'STREAMS_SERDE_NOT_BOUND' })
})

t.test('what the inner serdes prepare, they prepare in a join, too', async (t) => {
  const notes: string[] = []
  const keys = bindSerde(waitingKeySerde(noting(notes, 'key')), {})
  const values = bindSerde(waitingValuesSerde(noting(notes, 'left'), noting(notes, 'right')), {})
  const key = keys.serialize({ timestamp: 0, side: 'left', key: 'k' }, context)
  const list = values.serialize(
    [
      { side: 'left', value: 'l' },
      { side: 'right', value: 'r' },
    ],
    context,
  )
  await keys.prepareRead!([key], context)
  await values.prepareRead!([list, list], context)
  await keys.prepareWrite!(context)
  await values.prepareWrite!(context)
  t.same(notes, ['key reads k', 'left reads l,l', 'right reads r,r', 'key writes t', 'left writes t', 'right writes t'])
})
