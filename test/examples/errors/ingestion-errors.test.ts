import t from 'tap'
import type { Test } from 'tap'
import { TopologyTestDriver } from 'millrace/testing'
import type { TestRecord } from 'millrace/testing'
import { RetriableError } from '../../../examples/transfer-pipeline/errors/error-class.ts'
import { ErrorCounts } from '../../../examples/transfer-pipeline/errors/error-counts.ts'
import { header, headerNames, textOf, withoutErrors } from '../../../examples/transfer-pipeline/errors/letter-headers.ts'
import { statesTopic } from '../../../examples/transfer-pipeline/errors/letter-state.ts'
import { marksKeptMs, marksStore } from '../../../examples/transfer-pipeline/errors/newest-wins.ts'
import { ingestionTransfersTopology } from '../../../examples/transfer-pipeline/topologies/ingestion.ts'
import type { IngestionOptions } from '../../../examples/transfer-pipeline/topologies/ingestion.ts'
import { bytesOf, deadLetterTopicOf, rawTransfers, repeatable, transfers } from '../../../examples/transfer-pipeline/topics.ts'

type Bytes = TestRecord<Uint8Array | null, Uint8Array | null>

const raw = rawTransfers.name
const { replay, retries } = repeatable(raw)
const startMs = 1_795_341_605_000
const time = '2026-11-22T10:00:05.000Z'
const errorNames = ['exception', 'message', 'stacktrace', 'topic', 'partition', 'offset'].map(
  (name) => `__streams.errors.${name}`,
)

const keyOf = (id: number): Buffer => Buffer.from(`{"id":${id}}`)

function envelope(id: number, amount = '10.00', row: object = {}): Bytes {
  const after = { id, from_user_id: 1, to_user_id: 2, amount, status: 'PENDING', created_at: time, last_updated_at: time, ...row }
  const headers = [header('source.position', `bank.transfers:x-${id}:0`)]
  return { key: keyOf(id), value: Buffer.from(JSON.stringify({ before: null, after, op: 'c' })), timestamp: startMs, headers }
}

/** The ingestion of transfers, with topics that can be read one record at a time. */
function openIngestion(t: Test, check?: IngestionOptions['check']) {
  const counts = new ErrorCounts()
  const driver = new TopologyTestDriver(ingestionTransfersTopology({ counts, check }), {
    applicationId: 'ingestion-transfers',
    initialWallClockMs: startMs,
  })
  t.teardown(() => driver[Symbol.dispose]())
  const [first, again] = [driver.createInputTopic(bytesOf(raw)), driver.createInputTopic(bytesOf(replay))]
  const rows = driver.createOutputTopic(transfers)
  const letters = driver.createOutputTopic(bytesOf(deadLetterTopicOf(raw)))
  const states = driver.createOutputTopic(statesTopic)
  const waiting = new Map([...retries].map(([delayMs, name]) => [delayMs, driver.createOutputTopic(bytesOf(name))] as const))
  /** What is due goes to the replay topic, as the service of the retries has it. */
  const pass = (delayMs: number): number => {
    const due = waiting.get(delayMs)!.readRecords()
    driver.advanceWallClockTime(delayMs)
    for (const record of due) again.pipeInput(record)
    return due.length
  }
  const amounts = (): unknown[] => rows.readRecords().map(({ key, value }) => [key, value?.amount ?? null])
  return { counts, driver, first, again, amounts, letters, states, pass }
}

const texts = (headers: Bytes['headers'], names: readonly string[]): (string | undefined)[] =>
  names.map((name) => textOf(headers ?? [], name))

t.test(
  'X1: what is none of ours is a dead letter with its bytes and six headers, and the next record is processed',
  async (t) => {
    const { amounts, counts, first, letters, states } = openIngestion(t)
    const poison = ['hello', '{}', '{"schema":{}}', Uint8Array.from([0, 0, 0x0f, 0x42, 0x3f, 1, 2])].map((value) =>
      Buffer.from(value),
    )
    for (const value of poison) first.pipeInput({ key: keyOf(9), value, headers: [header('mine', 'kept')] })
    first.pipeInput(envelope(1))
    const written = letters.readRecords()
    t.same(
      written.map(({ value }) => value),
      poison,
    )
    for (const [offset, { key, headers }] of written.entries()) {
      t.same(key, keyOf(9))
      t.match(texts(headers, errorNames), ['STREAMS_CONNECT_SCHEMA', /./, /Error/, raw, '0', String(offset)])
      t.same(texts(headers, ['mine', headerNames.refusedBy, headerNames.attempts]), ['kept', 'ingestion-transfers', '1'])
    }
    t.same(amounts(), [['1', '10.00']])
    t.equal(counts.total('dlq_records_total', { topic: raw, class: 'invalid-schema' }), 4)
    t.same(states.readRecords(), [], 'nobody replayed anything')
  },
)

t.test('X2: rows that break a rule are dead letters at once, without a retry', async (t) => {
  const { amounts, counts, first, letters, pass } = openIngestion(t)
  for (const record of [envelope(1, 'abc'), envelope(2, '-5.00'), envelope(3, '5.00', { to_user_id: 1 }), envelope(4)])
    first.pipeInput(record)
  t.same(
    letters.readRecords().map(({ headers }) => textOf(headers, '__streams.errors.exception')),
    ['STREAMS_CONNECT_DATA', 'STREAMS_CONNECT_DATA', 'STREAMS_CONNECT_DATA'],
  )
  t.same([pass(1000), pass(10_000), pass(60_000)], [0, 0, 0])
  t.same(amounts(), [['4', '10.00']])
  t.equal(counts.total('dlq_records_total', { class: 'invalid-data' }), 3)
  t.equal(counts.total('retry_records_total'), 0)
})

t.test('T1r: a record that fails twice is tried after 1 s and after 10 s; others of its partition never wait', async (t) => {
  let failures = 2
  const { amounts, counts, driver, first, letters, pass } = openIngestion(t, (change) => {
    if ('key' in change && change.key === 7 && failures-- > 0) throw new RetriableError('The rates are not there yet.')
  })
  first.pipeInput(envelope(7))
  first.pipeInput(envelope(8))
  t.same(amounts(), [['8', '10.00']], 'the one behind it goes on')
  t.equal(pass(1000), 1)
  first.pipeInput(envelope(9))
  t.same(amounts(), [['9', '10.00']])
  t.equal(pass(10_000), 1)
  t.same(amounts(), [['7', '10.00']])
  t.equal(pass(60_000), 0)
  t.same(letters.readRecords(), [])
  t.same(
    [1000, 10_000].map((delay) => counts.total('retry_records_total', { delay_ms: String(delay) })),
    [1, 1],
  )
  const [one, two] = driver.produced().filter(({ topic }) => topic.startsWith('retry.'))
  const names = [headerNames.attempts, headerNames.origin, headerNames.dueAt, headerNames.firstAt]
  t.same(texts(one!.headers, names), ['1', `${raw}/0/0`, String(startMs + 1000), String(startMs)])
  t.same(texts(two!.headers, names), ['2', `${raw}/0/0`, String(startMs + 11_000), String(startMs)])
  t.same(one!.value, envelope(7).value)
  const row = driver.produced().findLast(({ topic }) => topic === transfers.name)
  t.same(row!.headers, envelope(7).headers, 'the row says where it comes from, and nothing of its failures')
})

t.test('T2r: a record that always fails is a dead letter after four attempts, and others flow', async (t) => {
  const { amounts, counts, first, letters, pass } = openIngestion(t, (change) => {
    if ('key' in change && change.key === 7) throw new RetriableError('The rates are not there yet.')
  })
  first.pipeInput(envelope(7))
  for (const delayMs of retries.keys()) {
    t.same(letters.readRecords(), [])
    t.equal(pass(delayMs), 1)
    first.pipeInput(envelope(8))
  }
  const [letter] = letters.readRecords()
  const names = [headerNames.attempts, '__streams.errors.exception', '__streams.errors.topic', '__streams.errors.offset']
  t.same(texts(letter!.headers, names), ['4', 'RetriableError', raw, '0'])
  t.same(letter!.value, envelope(7).value)
  t.equal(letter!.headers.filter(({ key }) => key.startsWith('__streams.errors.')).length, 6, 'only of the last failure')
  t.equal(amounts().length, 3)
  t.equal(counts.total('dlq_records_total', { class: 'user-code' }), 1)
})

t.test('T3r: a retry that comes back after a newer record of its key is dropped, and counted', async (t) => {
  let failures = 1
  const { amounts, counts, first, pass } = openIngestion(t, (change) => {
    if ('key' in change && change.key === 7 && failures-- > 0) throw new RetriableError('Not yet.')
  })
  first.pipeInput(envelope(7, '10.00'))
  first.pipeInput(envelope(7, '12.00'))
  t.equal(pass(1000), 1)
  t.same(amounts(), [['7', '12.00']])
  t.equal(counts.total('stale_records_total', { topic: raw }), 1)
})

t.test('T3r: of two retries of a key the newer one wins, whichever is due first', async (t) => {
  let failures = 2
  const { amounts, counts, again, first, driver } = openIngestion(t, () => {
    if (failures-- > 0) throw new RetriableError('Not yet.')
  })
  first.pipeInput(envelope(7, '10.00'))
  first.pipeInput(envelope(7, '12.00'))
  for (const record of driver
    .createOutputTopic(bytesOf(retries.get(1000)!))
    .readRecords()
    .toReversed())
    again.pipeInput(record)
  t.same(amounts(), [['7', '12.00']])
  t.equal(counts.total('stale_records_total'), 1)
})

t.test('T3r: a delete is newer, too', async (t) => {
  let failures = 1
  const { amounts, first, pass } = openIngestion(t, () => {
    if (failures-- > 0) throw new RetriableError('Not yet.')
  })
  first.pipeInput(envelope(7))
  first.pipeInput({ key: keyOf(7), value: Buffer.from(`{"before":{"id":7},"after":null,"op":"d"}`) })
  t.equal(pass(1000), 1)
  t.same(amounts(), [['7', null]])
})

/** A dead letter as whoever replays it sends it. */
function replayOf({ key, value, headers, timestamp }: Bytes, offset: number): Bytes {
  const origin = `${raw}/0/${textOf(headers ?? [], '__streams.errors.offset')}`
  const from = header(headerNames.replayedFrom, `${raw}.dlq/0/${offset}`)
  return { key, value, timestamp, headers: [...withoutErrors(headers ?? []), header(headerNames.origin, origin), from] }
}

t.test('T4r: a dead letter that is replayed twice after the bug is fixed is processed once', async (t) => {
  let isBroken = true
  const { again, amounts, counts, first, letters, states } = openIngestion(t, () => {
    if (isBroken) throw new TypeError('Nobody thought of this.')
  })
  first.pipeInput(envelope(7))
  const [letter] = letters.readRecords()
  again.pipeInput(replayOf(letter!, 0))
  isBroken = false
  again.pipeInput(replayOf(letter!, 0))
  again.pipeInput(replayOf(letter!, 0))
  t.same(amounts(), [['7', '10.00']])
  t.equal(counts.total('repeated_replays_total'), 1)
  t.match(states.readRecords(), [
    { key: `${raw}.dlq/0/0#outcome`, value: { outcome: 'refused', replay: `${replay}/0/0` } },
    { value: { outcome: 'processed', replay: `${replay}/0/1` } },
    { value: { outcome: 'repeated', replay: `${replay}/0/2` } },
  ])
  const [refusedAgain] = letters.readRecords()
  t.same(texts(refusedAgain!.headers, ['__streams.errors.offset', headerNames.replayedFrom]), ['0', `${raw}.dlq/0/0`])
})

t.test('a replay that is delivered again after a crash is processed again; another one is not', async (t) => {
  let isBroken = true
  const ingestion = () => ingestionTransfersTopology({ check: () => (isBroken ? fail() : undefined) })
  const fail = (): never => {
    throw new TypeError('Nobody thought of this.')
  }
  using before = new TopologyTestDriver(ingestion())
  before.createInputTopic(bytesOf(raw)).pipeInput(envelope(7))
  const [letter] = before.createOutputTopic(bytesOf(deadLetterTopicOf(raw))).readRecords()
  isBroken = false
  before.createInputTopic(bytesOf(replay)).pipeInput(replayOf(letter!, 0))
  using after = new TopologyTestDriver(ingestion(), { changelogs: before.produced() })
  const again = after.createInputTopic(bytesOf(replay))
  again.pipeInput(replayOf(letter!, 0))
  again.pipeInput(replayOf(letter!, 0))
  t.equal(after.createOutputTopic(transfers).readRecords().length, 1)
})

t.test('marks of keys are forgotten with the letters that they are for', async (t) => {
  const { driver, first } = openIngestion(t)
  first.pipeInput(envelope(7, 'abc'))
  t.equal([...driver.stateStore(marksStore).all()].length, 1)
  driver.advanceWallClockTime(marksKeptMs + 1)
  t.equal([...driver.stateStore(marksStore).all()].length, 0)
})
