import t from 'tap'
import { ManualClock } from '../../lib/clock/manual-clock.ts'
import { TransportError } from '../../lib/model/errors.ts'
import { noHeaders } from '../../lib/model/headers.ts'
import { silentLogger } from '../../lib/runtime/logger.ts'
import { InputFetcher } from '../../lib/runtime/loop/input-fetcher.ts'
import { SingleRecordBatch } from '../../lib/testing/single-record-batch.ts'
import type { FetchedPartition, FetchPosition } from '../../lib/transport/fetcher.ts'
import { settle } from './simulated-time.ts'

const a = { topic: 'a', partition: 0 }
const b = { topic: 'b', partition: 0 }
const limits = { maxWaitMs: 500, minBytes: 1, maxBytes: 1, maxBytesPerPartition: 1, isolationLevel: 'read_uncommitted' } as const

/** A fetcher whose answers are given by hand; an aborted wait answers nothing. */
function open() {
  const asked: FetchPosition[][] = []
  let answer: (fetched: readonly FetchedPartition[]) => void = () => undefined
  let fail: (error: unknown) => void = () => undefined
  const clock = new ManualClock(0)
  const fetcher = {
    fetch(positions: readonly FetchPosition[], { signal }: { readonly signal?: AbortSignal }) {
      asked.push([...positions])
      return new Promise<readonly FetchedPartition[]>((resolve, reject) => {
        answer = resolve
        fail = reject
        signal?.addEventListener('abort', () => resolve([]))
      })
    },
    heldBytes: 0,
    close: async () => undefined,
  }
  const warnings: string[] = []
  const logger = { ...silentLogger, warn: (message: string) => void warnings.push(message) }
  const seen = { unknownTopics: 0 }
  const input = new InputFetcher({
    fetcher,
    clock,
    limits,
    retryBackoffMs: 100,
    logger,
    onNews: () => undefined,
    onUnknownTopic: () => void seen.unknownTopics++,
  })
  return {
    input,
    asked,
    clock,
    warnings,
    seen,
    answer: (...fetched: FetchedPartition[]) => answer(fetched),
    fail: (error: unknown) => fail(error),
  }
}

function upTo(partition: typeof a, nextOffset: number): FetchedPartition {
  const record = { key: null, value: null, timestamp: 0, headers: noHeaders }
  const batches = [new SingleRecordBatch(nextOffset - 1, record)]
  return { ...partition, error: null, batches, highWatermark: 9, lastStableOffset: 9, logStartOffset: 0, abortedTransactions: [] }
}

t.test('each fetch goes on where the last one ended, one at a time', async (t) => {
  const { input, asked, answer } = open()
  input.assign(a, { offset: 3 })
  input.start()
  input.start()
  answer(upTo(a, 7))
  await settle()
  t.same(
    input.take().map(({ topic }) => topic),
    ['a'],
  )
  input.start()
  t.same(asked, [[{ ...a, offset: 3, leaderEpoch: -1 }], [{ ...a, offset: 7, leaderEpoch: -1 }]])
})

t.test('a fetch names the topic that the offset is of, and tells when brokers do not have that topic', async (t) => {
  const { input, asked, answer, clock, seen } = open()
  input.assign(a, { offset: 3, topicId: 'id of a' })
  for (const code of ['NOT_LEADER_OR_FOLLOWER', 'UNKNOWN_TOPIC_OR_PARTITION', 'UNKNOWN_TOPIC_ID'] as const) {
    input.start()
    answer({ ...upTo(a, 7), batches: [], error: new TransportError(`TRANSPORT_${code}`, 'retriable', code) })
    await settle()
    clock.advance(100)
    await settle()
    input.take()
  }
  t.same(asked.at(-1), [{ ...a, offset: 3, topicId: 'id of a', leaderEpoch: -1 }])
  t.equal(seen.unknownTopics, 2)
})

t.test('what was fetched for an earlier assignment is left out', async (t) => {
  const { input, asked, answer } = open()
  input.assign(a, { offset: 3 })
  input.start()
  answer(upTo(a, 7))
  await settle()
  input.unassign(a)
  input.assign(a, { offset: 1 })
  t.same(input.take(), [], 'it arrived before, and is taken after')
  input.start()
  t.same(asked.at(-1), [{ ...a, offset: 1, leaderEpoch: -1 }])
})

t.test('a paused partition is not asked for; resuming ends a wait without it', async (t) => {
  const { input, asked } = open()
  input.assign(a, { offset: 0 })
  input.assign(b, { offset: 0 })
  input.pause(a)
  input.start()
  t.same(asked.at(-1), [{ ...b, offset: 0, leaderEpoch: -1 }])
  input.resume(a)
  await settle()
  input.take()
  input.start()
  t.same(asked.at(-1), [{ ...a, offset: 0, leaderEpoch: -1 }, { ...b, offset: 0, leaderEpoch: -1 }]) // prettier-ignore
})

t.test('a retriable error is waited out; another one is thrown', async (t) => {
  const { input, asked, clock, fail } = open()
  input.assign(a, { offset: 0 })
  input.start()
  fail(new TransportError('TRANSPORT_NETWORK_EXCEPTION', 'retriable', 'gone'))
  await settle()
  input.start()
  t.equal(asked.length, 1, 'not before the backoff')
  clock.advance(100)
  await settle()
  input.start()
  t.equal(asked.length, 2)
  fail(new TransportError('TRANSPORT_TOPIC_AUTHORIZATION_FAILED', 'fatal', 'no'))
  await settle()
  t.throws(() => input.take(), { code: 'TRANSPORT_TOPIC_AUTHORIZATION_FAILED' })
})

t.test('of errors in a row the log has the first one', async (t) => {
  const { input, clock, warnings, answer, fail } = open()
  input.assign(a, { offset: 0 })
  for (const isAway of [true, true, true, false, true]) {
    input.start()
    if (isAway) fail(new TransportError('TRANSPORT_NETWORK_EXCEPTION', 'retriable', 'No answer from broker 1.'))
    else answer(upTo(a, 1))
    await settle()
    input.take()
    clock.advance(100)
    await settle()
  }
  t.same(warnings, Array(2).fill('A fetch has failed, and is tried again: No answer from broker 1.'))
})
