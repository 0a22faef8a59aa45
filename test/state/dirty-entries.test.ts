import fc from 'fast-check'
import t from 'tap'
import { noHeaders } from '../../lib/model/headers.ts'
import type { RecordContext } from '../../lib/model/record-context.ts'
import { DirtyEntries } from '../../lib/state/layers/dirty-entries.ts'

interface Update {
  readonly row: number
  readonly context: RecordContext
  readonly deletes: boolean
}

const context = fc.record({
  topic: fc.constantFrom('orders', 'users', null),
  partition: fc.nat(3),
  offset: fc.nat(2 ** 40),
  timestamp: fc.nat(2 ** 42),
  headers: fc.constantFrom(noHeaders, [{ key: 'h', value: Buffer.from('x') }]),
  source: fc.constantFrom(undefined, { key: Buffer.from('k'), value: null }),
})

/** A context without a source has no such property. */
function contextOf({
  source,
  ...rest
}: Omit<RecordContext, 'source'> & { source: RecordContext['source'] | undefined }): RecordContext {
  return source === undefined ? rest : { ...rest, source }
}

const write = fc.record({ kind: fc.constant('write' as const), context, deletes: fc.boolean() })
const remove = fc.record({ kind: fc.constant('remove' as const), at: fc.nat(200) })
const compact = fc.record({ kind: fc.constant('compact' as const) })

t.test(
  'updates keep their order and all that is known of them, wherever gaps are, and however often these are closed',
  async () => {
    const steps = fc.array(fc.oneof({ weight: 4, arbitrary: write }, { weight: 3, arbitrary: remove }, compact), {
      maxLength: 200,
    })
    fc.assert(
      fc.property(steps, (all) => {
        const dirty = new DirtyEntries()
        let updates: Update[] = []
        let places = new Map<number, number>()
        let row = 0
        for (const step of all)
          if (step.kind === 'write') {
            const update = { row: ++row, context: contextOf(step.context), deletes: step.deletes }
            places.set(row, dirty.push(row, update.context, update.deletes))
            updates.push(update)
          } else if (step.kind === 'remove') {
            const removed = updates[step.at % Math.max(1, updates.length)]
            if (removed !== undefined) dirty.remove(places.get(removed.row)!)
            updates = updates.filter((update) => update !== removed)
          } else {
            places = new Map()
            dirty.compact((moved, place) => void places.set(moved, place))
            if (dirty.length !== updates.length) return false
          }
        return same(dirty, updates, places)
      }),
    )
  },
)

function same(dirty: DirtyEntries, updates: readonly Update[], places: ReadonlyMap<number, number>): boolean {
  const found: Update[] = []
  for (let place = 0; place < dirty.length; place++) {
    const row = dirty.row(place)
    if (row === 0) continue
    if (places.get(row) !== place) return false
    found.push({ row, context: dirty.context(place), deletes: dirty.deletesUnemitted(place) })
  }
  t.same(found, updates)
  return dirty.count === updates.length
}
