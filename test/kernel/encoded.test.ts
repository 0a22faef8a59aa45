import t from 'tap'
import { decoded, Encoded } from '../../lib/kernel/encoded.ts'
import { noHeaders } from '../../lib/model/headers.ts'
import { Serdes } from '../../lib/serde/serdes.ts'

const context = { topic: 'in', component: 'key', headers: noHeaders } as const
const bytes = Buffer.from('<key>')

t.test('bytes stand for their value until somebody reads it', async (t) => {
  const encoded = new Encoded(Serdes.string, context)
  encoded.set(bytes, 1, 3)
  t.same([Buffer.from(encoded.view()).toString(), decoded(encoded), decoded('read')], ['key', 'key', 'read'])
  t.ok(encoded.isWrittenBy(Serdes.string))
  t.notOk(encoded.isWrittenBy(Serdes.bytes), 'another serde may write other bytes')
})

t.test('a value of bytes is a copy: what is done to it does not reach the batch', async (t) => {
  const encoded = new Encoded(Serdes.bytes, context)
  encoded.set(bytes, 1, 3)
  const value = encoded.decode() as Uint8Array
  value.fill(0)
  t.equal(bytes.toString(), '<key>')
})

t.test('a serde that cannot read what it has accepted breaks its contract', async (t) => {
  const broken = { ...Serdes.string, name: 'broken', deserialize: () => { throw new RangeError('no') } } // prettier-ignore
  const encoded = new Encoded(broken, context)
  encoded.set(bytes, 1, 3)
  t.throws(() => encoded.decode(), { code: 'STREAMS_SERDE_CONTRACT', facts: { topic: 'in', component: 'key', serde: 'broken' } })
})
