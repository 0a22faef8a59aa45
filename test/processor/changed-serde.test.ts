import t from 'tap'
import { change } from '../../lib/model/change.ts'
import { noHeaders } from '../../lib/model/headers.ts'
import { changedSerde } from '../../lib/processor/aggregate/changed-serde.ts'
import { stringSerde } from '../../lib/serde/string-serde.ts'

const context = { topic: 'app-grouped-repartition', component: 'value', headers: noHeaders } as const
const serde = changedSerde(stringSerde)
const read = (hex: string): unknown => serde.deserialize(Buffer.from(hex, 'hex'), context)
const write = (newValue: string | null, oldValue: string | null): string =>
  Buffer.from(serde.serialize(change(newValue, oldValue), context)).toString('hex')

t.test('a change is read as it was written', async (t) => {
  for (const [newValue, oldValue] of [
    ['b', null],
    [null, 'a'],
    ['b', 'a'],
    ['', ''],
    ['x'.repeat(300), 'é'],
  ] as const)
    t.same(read(write(newValue, oldValue)), change(newValue, oldValue))
  t.equal(write('a', null), '6101')
  t.equal(write('b', 'a'), '02626102')
  t.equal(write(null, 'b'), '6200')
})

t.test('formats that say whether the change is the newest are read', async (t) => {
  t.same(read('610103'), change<string>(null, 'a', true))
  t.same(read('610004'), change<string>('a', null, false))
  t.same(read('0262610005'), change('b', 'a', false))
})

t.test('what is no change is refused', async (t) => {
  t.throws(() => write(null, null), { code: 'STREAMS_SERIALIZATION' })
  for (const hex of ['', '6109', '04', '0a626102', '016202', 'ffffffffffff02'])
    t.throws(() => read(hex), { code: 'STREAMS_DESERIALIZATION' }, hex)
})
