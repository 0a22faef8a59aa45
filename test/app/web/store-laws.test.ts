import fc from 'fast-check'
import { test } from 'tap'
import { batchOf, emptyState, enriched, openStore, proofOf, transferRecord } from './feed-makers.ts'
import { IdLedger } from '../../../app/web/page/store/id-ledger.ts'
import { KeyTable } from '../../../app/web/page/store/key-table.ts'
import { SortedRows } from '../../../app/web/page/store/sorted-rows.ts'
import type { Batch } from '../../../app/contracts/feed.ts'

/** A topic of three partitions, cut into batches that touch some of them, each with the vector after it. */
const cut = fc.array(fc.array(fc.nat(2), { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 12 }).map((places) => {
  const next = [0, 0, 0]
  let id = 0
  return places.map((partitions) => {
    const from = [...next]
    const records = partitions.map((p) => transferRecord({ id: (id++ % 7) + 1, p, o: next[p]!++ }))
    const touched = [...new Set(partitions)]
    const ranges = touched.map((p) => ({ topic: enriched, p, from: from[p]!, to: next[p]!, holes: 0 }))
    return { batch: batchOf(records, { ranges }), vector: `t:${next.join(',')}` }
  })
})

/** What a bad line does with each batch as it passes. */
const weather = fc.array(fc.constantFrom('pass', 'drop', 'twice', 'cut'), { minLength: 40, maxLength: 40 })

interface Cut {
  readonly batch: Batch
  readonly vector: string
}

/** Plays from the batch that the page asks for, through the weather, and then in the calm, until all are through. */
function play(batches: readonly Cut[], faults: readonly string[]): ReturnType<typeof openStore>['store'] {
  const { store } = openStore(emptyState({ vector: 't:0,0,0', positions: { [enriched]: [0, 0, 0] } }))
  const resumed = (): number => batches.findIndex(({ vector }) => vector === store.vector) + 1
  let at = 0
  for (const fault of [...faults, ...Array.from({ length: 2 * batches.length }, () => 'pass')]) {
    const sent = batches[at]
    // A batch that is cut in half never comes: the browser drops it, and asks again from the last whole one.
    if (sent === undefined || fault === 'cut') at = resumed()
    else if (fault === 'drop') at++
    else {
      const verdicts = (fault === 'twice' ? [1, 2] : [1]).map(() => store.addBatch(sent.batch, sent.vector))
      at = verdicts.includes('gap') ? resumed() : at + 1
    }
  }
  return store
}

test('whatever is dropped, repeated or cut, the page ends with the same rows and ids', async () => {
  fc.assert(
    fc.property(cut, weather, (batches, faults) => {
      const calm = play(batches, [])
      const rough = play(batches, faults)
      const rows = (store: typeof calm): unknown => store.transfers.ids.map((id) => store.transfers.get(id)?.o)
      const same = JSON.stringify(rows(calm)) === JSON.stringify(rows(rough)) && rough.vector === calm.vector
      return same && rough.received === calm.received && rough.repeated === calm.repeated
    }),
  )
})

test('a ledger of ids is the set and the last two causes of a plain model', async () => {
  const sighting = fc.record({
    id: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constantFrom(1_000, 20_000_000, 2 ** 40)),
    cause: fc.option(fc.integer({ min: 0, max: 3 }).map((at) => `bank.transfers:${at}`)),
    isDeleted: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(sighting, { maxLength: 80 }), (sightings) => {
      const ledger = new IdLedger()
      const model = new Map<number, { gone: boolean; causes: string[] }>()
      for (const { id, cause, isDeleted } of sightings) {
        const known = model.get(id)
        const isRepeated = cause !== null && (known?.causes.includes(cause) ?? false)
        const causes = cause === null || isRepeated ? (known?.causes ?? []) : [cause, ...(known?.causes ?? [])].slice(0, 2)
        model.set(id, { gone: isDeleted, causes })
        const seen = ledger.see(id, cause, isDeleted)
        if (seen.isFirst !== (known === undefined) || seen.isRepeated !== isRepeated) return false
      }
      const ids = [...model.keys()].toSorted((left, right) => left - right)
      const live = [...model.values()].filter(({ gone }) => !gone).length
      return JSON.stringify([...ledger.ids()]) === JSON.stringify(ids) && ledger.count === ids.length && ledger.live === live
    }),
  )
})

test('rows are the highest ids of a plain map, in order', async () => {
  const step = fc.tuple(fc.constantFrom('put', 'put', 'delete'), fc.integer({ min: 0, max: 30 }))
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const rows = new SortedRows<number>(8)
      let model = new Map<number, number>()
      for (const [index, [what, id]] of steps.entries()) {
        if (what === 'delete') rows.delete(id)
        else rows.put(id, index)
        if (what === 'delete') model.delete(id)
        else model.set(id, index)
        model = new Map([...model].toSorted(([left], [right]) => left - right).slice(-8))
      }
      return JSON.stringify(rows.ids.map((id) => [id, rows.get(id)])) === JSON.stringify([...model])
    }),
  )
})

test('a table of keys answers as a map does', async () => {
  const put = fc.tuple(fc.string({ maxLength: 3 }), fc.nat(5))
  fc.assert(
    fc.property(fc.array(put, { maxLength: 200 }), (puts) => {
      const table = new KeyTable()
      const model = new Map<string, number>()
      return puts.every(([key, id]) => {
        const before = model.get(key) ?? null
        model.set(key, id)
        return table.put(key, id) === before
      })
    }),
  )
  const table = new KeyTable()
  for (let index = 0; index < 50_000; index++) table.put(`key-${index}`, index)
  for (let index = 0; index < 50_000; index += 97)
    if (table.put(`key-${index}`, index) !== index) throw new Error(`The table lost key-${index}.`)
})

test('acknowledged = seen + on the way, in whatever order they come', async () => {
  fc.assert(
    fc.property(
      fc.shuffledSubarray([1, 2, 3, 4, 5, 6]),
      fc.shuffledSubarray([1, 2, 3, 4, 5, 6]),
      fc.boolean(),
      (acks, seen, first) => {
        const { store } = openStore()
        const acknowledge = (): void => acks.forEach((id, at) => store.addProof(proofOf(at, [[`k${id}`, id, 0]])))
        const arrive = (): void => seen.forEach((id, o) => store.addBatch(batchOf([transferRecord({ id, o })]), String(o)))
        for (const step of first ? [acknowledge, arrive] : [arrive, acknowledge]) step()
        return store.acks.onTheWay === acks.filter((id) => !seen.includes(id)).length
      },
    ),
  )
})
