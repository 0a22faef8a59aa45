import { test } from 'tap'
import type { RawRecord } from 'millrace'
import { header, headerNames } from '../../../examples/transfer-pipeline/errors/letter-headers.ts'
import { repeatables } from '../../../examples/transfer-pipeline/topics.ts'
import { Retrier } from '../../../app/retries/retrier.ts'

const [, { replay, retries }] = repeatables as [(typeof repeatables)[0], (typeof repeatables)[0]]
const topic = retries.get(1000)!

const waiting = (offset: number, dueAt: number, partition = 4): RawRecord => ({
  topic,
  partition: 0,
  offset,
  timestamp: 1,
  key: Buffer.from(`{"id":${offset}}`),
  value: Buffer.from('hello'),
  headers: [header(headerNames.dueAt, String(dueAt)), header(headerNames.origin, `raw.bank.transfers/${partition}/${offset}`)],
})

/** Runs to the end of the batches; the clock jumps to when it is waited for. */
async function run(batches: readonly RawRecord[][], send?: (topic: string) => Promise<void>) {
  const sent: unknown[] = []
  let [now, commits] = [1000, 0]
  const retrier = new Retrier({
    source: {
      async *[Symbol.asyncIterator]() {
        for (const records of batches) yield { topic, records }
      },
      commit: async () => void commits++,
      close: async () => {},
    },
    send: async (name, records) => {
      await send?.(name)
      for (const { offset, partition } of records) sent.push([now, name, partition, offset])
    },
    clock: {
      now: () => now,
      sleep: async (ms) => void (now += ms),
    },
  })
  const error = await retrier.done.then(
    () => null,
    (failure: Error) => failure.message,
  )
  return { sent, commits, error }
}

test('T1r: a record is sent when it is due, to the partition of its first attempt, and then committed', async (t) => {
  const { sent, commits } = await run([[waiting(1, 500), waiting(2, 1000, 5), waiting(3, 2000)], [waiting(4, 1500)]])
  t.same(sent, [
    [1000, replay, 4, 1],
    [1000, replay, 5, 2],
    [2000, replay, 4, 3],
    [2000, replay, 4, 4],
  ])
  t.equal(commits, 2)
})

test('what could not be sent is not committed', async (t) => {
  const { commits, error } = await run([[waiting(1, 500)]], () => Promise.reject(new Error('no broker')))
  t.same([commits, error], [0, 'no broker'])
})

test('whoever stops a retrier does not wait for what is due later', async (t) => {
  const sleeping = Promise.withResolvers<void>()
  const sent: string[] = []
  const retrier = new Retrier({
    source: {
      async *[Symbol.asyncIterator]() {
        yield { topic, records: [waiting(1, 61_000)] }
      },
      commit: async () => void t.fail('it was not sent'),
      close: async () => {},
    },
    send: async (name) => sent.push(name),
    clock: {
      now: () => 1000,
      sleep: (_ms, signal) => {
        sleeping.resolve()
        return new Promise((resolve) => signal.addEventListener('abort', () => resolve()))
      },
    },
  })
  await sleeping.promise
  await retrier.stop()
  t.same(sent, [])
})
