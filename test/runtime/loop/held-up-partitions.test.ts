import t from 'tap'
import { ManualClock } from '../../../lib/clock/manual-clock.ts'
import { HeldUpPartitions } from '../../../lib/runtime/loop/held-up-partitions.ts'
import { silentLogger } from '../../../lib/runtime/logger.ts'
import type { FetchedPartition } from '../../../lib/transport/fetcher.ts'

const keys = new Set(['in-0'])

function open() {
  const clock = new ManualClock(1_000)
  const told: string[] = []
  const tell = (message: string): void => void told.push(message)
  const heldUp = new HeldUpPartitions({ clock, logger: { ...silentLogger, warn: tell, info: tell }, afterMs: 500 })
  const answer = (lastStableOffset: number, highWatermark: number, position = lastStableOffset): void => {
    const rest = { error: null, batches: [], abortedTransactions: [], logStartOffset: 0 }
    const fetched: FetchedPartition = { topic: 'in', partition: 0, lastStableOffset, highWatermark, ...rest }
    heldUp.note(fetched, position)
  }
  return { clock, told, heldUp, answer }
}

t.test('a last stable offset that stands still for long is told once, and its end, too', async (t) => {
  const { clock, told, heldUp, answer } = open()
  answer(7, 9)
  clock.advance(499)
  answer(7, 12)
  t.same([told, heldUp.among(keys)], [[], []])
  clock.advance(1)
  t.same(heldUp.among(keys), [{ topic: 'in', partition: 0, lastStableOffset: 7, sinceMs: 1_000 }])
  answer(7, 12)
  answer(7, 13)
  t.match(told, [/in-0 stands still at 7/])
  t.same(heldUp.among(new Set(['in-1'])), [], 'of other partitions nothing is said')
  answer(13, 13)
  t.match(told, [/stands still/, /in-0 goes on: it was held up at offset 7/])
  t.same(heldUp.among(keys), [])
})

t.test('one transaction after the other is no standstill, and a reader that is behind does not wait', async (t) => {
  const { clock, told, heldUp, answer } = open()
  for (let offset = 0; offset < 10; offset++) {
    answer(offset, 20)
    clock.advance(400)
  }
  for (let position = 10; position < 15; position++) {
    answer(15, 20, position)
    clock.advance(400)
  }
  t.same([told, heldUp.among(keys)], [[], []])
})

t.test('brokers that do not say how far is stable, and logs without open transactions, hold up nobody', async (t) => {
  const { clock, told, heldUp, answer } = open()
  for (const [stable, end] of [
    [-1, 5],
    [5, 5],
    [-1, -1],
  ] as const) {
    answer(stable, end, 5)
    clock.advance(1000)
    answer(stable, end, 5)
  }
  t.same([told, heldUp.among(keys)], [[], []])
})
