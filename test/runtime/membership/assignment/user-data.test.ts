import fc from 'fast-check'
import t from 'tap'
import { StreamsError } from '../../../../lib/model/errors.ts'
import { taskIdString } from '../../../../lib/model/task-id.ts'
import { comparePartitions } from '../../../../lib/model/topic-partition.ts'
import { decodeAssignmentInfo, encodeAssignmentInfo } from '../../../../lib/runtime/membership/assignment/assignment-info.ts'
import {
  decodeSubscriptionInfo,
  encodeSubscriptionInfo,
  latestOffset,
} from '../../../../lib/runtime/membership/assignment/subscription-info.ts'

const plain = { noNullPrototype: true }
const int32 = fc.nat({ max: 2 ** 31 - 1 })
const taskId = fc.record({ subtopology: int32, partition: int32 }, plain)
const task = taskId.map(taskIdString)
const error = fc.constantFrom('none', 'incomplete-source-topic-metadata', 'shutdown-requested')
const topic = fc.string({ unit: fc.constantFrom(...'abz.-_'), minLength: 1, maxLength: 5 })
const partitions = fc
  .uniqueArray(fc.record({ topic, partition: fc.nat({ max: 50 }) }, plain), {
    selector: (each) => `${each.topic} ${each.partition}`,
  })
  .map((some) => some.sort(comparePartitions))
const map = <K, V>(key: fc.Arbitrary<K>, value: fc.Arbitrary<V>) =>
  fc.array(fc.tuple(key, value)).map((entries) => new Map(entries))

const subscription = fc.record(
  {
    processId: fc.uuid(),
    previousTasks: fc.array(taskId),
    taskOffsetSums: map(task, fc.oneof(fc.constant(latestOffset), fc.nat({ max: Number.MAX_SAFE_INTEGER }))),
    topologyHash: fc.string({ unit: 'grapheme' }),
    userEndpoint: fc.option(fc.string({ unit: 'grapheme', minLength: 1 })),
    error,
  },
  plain,
)

const assignment = fc.record(
  {
    activeTasks: fc.array(taskId),
    standbyTasks: map(task, partitions),
    partitionsByHost: map(fc.string({ unit: 'grapheme', minLength: 1 }), partitions),
    error,
  },
  plain,
)

t.test('a subscription reads as it was written', async (t) => {
  fc.assert(fc.property(subscription, (info) => t.strictSame(decodeSubscriptionInfo(encodeSubscriptionInfo(info)), info)))
})

t.test('an assignment reads as it was written', async (t) => {
  fc.assert(fc.property(assignment, (info) => t.strictSame(decodeAssignmentInfo(encodeAssignmentInfo(info)), info)))
})

t.test('another line of versions is refused, and says so', async (t) => {
  const bytes = Uint8Array.from(encodeSubscriptionInfo(fc.sample(subscription, { numRuns: 1, seed: 1 })[0]!))
  bytes[1] = 17
  t.throws(() => decodeSubscriptionInfo(bytes), { code: 'STREAMS_ASSIGNMENT_VERSION', message: /version 17.*version 1/ })
})

t.test('of a later version of the line the fields are read that are known here', async (t) => {
  fc.assert(
    fc.property(subscription, assignment, fc.uint8Array(), (told, given, more) => {
      t.strictSame(decodeSubscriptionInfo(later(encodeSubscriptionInfo(told), more)), told)
      t.strictSame(decodeAssignmentInfo(later(encodeAssignmentInfo(given), more)), given)
    }),
  )
})

function later(bytes: Uint8Array, more: Uint8Array): Uint8Array {
  const longer = Buffer.concat([bytes, more])
  longer[1] = 2
  return longer
}

t.test("a Java application's subscription is not Millrace's", async (t) => {
  t.throws(() => decodeSubscriptionInfo(Uint8Array.of(0, 0, 0, 11, 0, 0, 0, 11)), { code: 'STREAMS_ASSIGNMENT_CORRUPT' })
})

t.test('a process id that is no UUID is a mistake of the program', async (t) => {
  const info = { ...fc.sample(subscription, { numRuns: 1, seed: 1 })[0]!, processId: 'node-1' }
  t.throws(() => encodeSubscriptionInfo(info), TypeError)
})

/** What is no valid message ends in one of our errors, whatever the bytes. */
function readsOrRefuses(decode: (bytes: Uint8Array) => unknown, bytes: Uint8Array): boolean {
  try {
    decode(bytes)
    return true
  } catch (error) {
    return error instanceof StreamsError && error.code.startsWith('STREAMS_ASSIGNMENT_')
  }
}

t.test('any bytes are read or refused', async (t) => {
  const hostile = fc.oneof(
    fc.uint8Array({ maxLength: 100 }),
    fc.uint8Array({ maxLength: 100 }).map((bytes) => Uint8Array.of(0x4d, 1, 0, ...bytes)),
  )
  fc.assert(
    fc.property(hostile, (bytes) => readsOrRefuses(decodeSubscriptionInfo, bytes) && readsOrRefuses(decodeAssignmentInfo, bytes)),
    { numRuns: 1000 },
  )
  t.pass()
})

t.test('a message that was cut, or has more behind it, is refused', async (t) => {
  fc.assert(
    fc.property(assignment, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (info, part) => {
      const bytes = encodeAssignmentInfo(info)
      const cut = bytes.subarray(0, Math.floor(bytes.length * part))
      t.throws(() => decodeAssignmentInfo(cut), { code: 'STREAMS_ASSIGNMENT_CORRUPT' })
      t.throws(() => decodeAssignmentInfo(Buffer.concat([bytes, Buffer.alloc(1)])), { code: 'STREAMS_ASSIGNMENT_CORRUPT' })
    }),
  )
})

t.test('a count of two thousand millions costs nothing', async (t) => {
  const bytes = Uint8Array.of(0x4d, 1, 0, 0x7f, 0xff, 0xff, 0xff)
  t.throws(() => decodeAssignmentInfo(bytes), { code: 'STREAMS_ASSIGNMENT_CORRUPT' })
})
