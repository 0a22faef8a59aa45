import { readFileSync } from 'node:fs'
import { test } from 'tap'
import type { Batch, RecordedEvent } from '../../../app/contracts/feed.ts'

const lines = readFileSync(new URL('../../../app/contracts/fixtures/feed.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
const events = lines.map((line) => JSON.parse(line) as RecordedEvent)

/** The next offset of each partition after the batches, or the first range that does not follow the one before. */
function follow(batches: readonly Batch[], next: Map<string, number>): string | null {
  for (const { ranges, records } of batches)
    for (const { topic, p, from, to, holes } of ranges) {
      const partition = `${topic}-${p}`
      const inRange = records.filter((record) => record.topic === topic && record.p === p)
      if ((next.get(partition) ?? from) !== from) return `${partition} goes on at ${from}, expected is ${next.get(partition)}`
      if (inRange.length + holes !== to - from) return `${partition} from ${from} to ${to} holds ${inRange.length} records`
      next.set(partition, to)
    }
  return null
}

test('the fixture begins with the state', async (t) => {
  t.equal(events[0]!.event, 'state')
  t.equal(events.filter(({ event }) => event === 'state').length, 1)
})

test('its batches are whole: ranges follow one another, and records plus holes fill them', async (t) => {
  const batches = events.flatMap((event) => (event.event === 'batch' ? [event.data] : []))
  t.ok(batches.length > 100)
  t.equal(follow(batches, new Map()), null)
})

test('its ledger has no gap, and no key twice', async (t) => {
  const proofs = events.flatMap((event) =>
    event.event === 'proof' ? [event.data] : event.event === 'state' ? [event.data.proof] : [],
  )
  const keys = proofs.flatMap(({ entries }) => entries.map(([key]) => key))
  t.ok(proofs.every(({ from, to, entries }) => to - from === entries.length))
  t.ok(proofs.every(({ from }, index) => index === 0 || from === proofs[index - 1]!.to))
  t.equal(new Set(keys).size, keys.length)
})
