import { sleepUntilNews } from '../../fetch-wait.ts'
import type { FetchPosition, IsolationLevel } from '../../../fetcher.ts'
import { fetch } from '../../../kafka/wire/apis/fetch.ts'
import { errorCodes } from '../../../kafka/wire/error-codes.ts'
import { zeroUuid } from '../../../kafka/wire/schema.ts'
import type { LogEnd } from '../../../log-truncation.ts'
import { codeOf } from '../error-codes.ts'
import type { RequestContext } from '../handler.ts'
import { handler } from '../handler.ts'
import { leadership, misdirected } from '../leadership.ts'
import { topicOf } from '../topic-of.ts'

type FetchRequest = ReturnType<typeof fetch.request.read>

interface Target extends FetchPosition {
  readonly leaderEpoch: number
  readonly bytesMax: number
  readonly currentLeaderEpoch: number
}

interface Limits {
  readonly minBytes: number
  readonly maxBytes: number
  readonly isolationLevel: IsolationLevel
}

/** Without fetch sessions: every answer is full, which session id 0 tells the client (KIP-227). */
export const fetchHandler = handler(fetch, answerOf, estimatedBytes)

async function answerOf(request: FetchRequest, context: RequestContext) {
  const targets = targetsOf(request, context)
  const limits: Limits = {
    minBytes: request.minBytes,
    maxBytes: request.maxBytes,
    isolationLevel: request.isolationLevel === 1 ? 'read_committed' : 'read_uncommitted',
  }
  const isReady = (some: readonly Target[]): boolean =>
    targets.some((target) => errorOf(target, context) !== 0) || context.broker.isReady(some, limits)
  if (request.maxWaitMs > 0 && !isReady(targets))
    await sleepUntilNews(context.broker, {
      positions: targets,
      minBytes: limits.minBytes,
      isReady,
      maxWaitMs: request.maxWaitMs,
      signals: [context.signal],
    })
  return { responses: answered(targets, limits, context) }
}

/** The records are nearly all of it: the fields around them have room in these. */
const [topicBytes, partitionBytes, abortedBytes] = [320, 128, 24]

function estimatedBytes({ responses }: { readonly responses: ReturnType<typeof answered> }): number {
  let bytes = topicBytes
  for (const { partitions } of responses) {
    bytes += topicBytes
    for (const { records, abortedTransactions } of partitions)
      bytes += partitionBytes + records.length + abortedTransactions.length * abortedBytes
  }
  return bytes
}

function targetsOf({ topics }: FetchRequest, { broker }: RequestContext): readonly Target[] {
  return topics.flatMap(({ topic, topicId, partitions }) => {
    const name = topicOf({ name: topic, topicId }, broker)
    return partitions.map(({ partition, fetchOffset, currentLeaderEpoch, lastFetchedEpoch, partitionMaxBytes }) => {
      const at = { topic: name, partition, offset: fetchOffset, leaderEpoch: lastFetchedEpoch }
      return { ...at, topicId: topicId === zeroUuid ? undefined : topicId, currentLeaderEpoch, bytesMax: partitionMaxBytes }
    })
  })
}

/** A topic may be deleted, and another one may take its name, while the fetch waits. */
function errorOf(target: Target, context: RequestContext): number {
  const { topic, topicId, currentLeaderEpoch } = target
  if (topicId !== undefined && context.broker.topics.get(topic)?.id !== topicId) return errorCodes.UNKNOWN_TOPIC_ID
  return misdirected(target, context, currentLeaderEpoch)
}

function answered(targets: readonly Target[], limits: Limits, context: RequestContext) {
  let bytesLeft = limits.maxBytes
  const partitions = targets.map((target) => {
    const answer = read(target, Math.min(bytesLeft, target.bytesMax), bytesLeft === limits.maxBytes, limits, context)
    bytesLeft -= answer.records.length
    return { target, answer }
  })
  const topics = Map.groupBy(partitions, ({ target }) => `${target.topic} ${target.topicId}`)
  return [...topics.values()].map((ofTopic) => {
    const { topic, topicId = zeroUuid } = ofTopic[0]!.target
    return { topic, topicId, partitions: ofTopic.map(({ answer }) => answer) }
  })
}

function read(target: Target, bytesMax: number, isFirst: boolean, limits: Limits, context: RequestContext) {
  const errorCode = errorOf(target, context)
  if (errorCode !== 0) return failed(target, errorCode, context)
  try {
    const log = context.broker.topics.partition(target)
    const end = log.divergence(target.offset, target.leaderEpoch, context.view.leaderOf(target).epoch)
    if (end !== undefined) return diverging(target, end, context)
    const { records, ...marks } = log.readBytes(target.offset, bytesMax, limits.isolationLevel)
    // Only the first batch of an answer may exceed its limits (KIP-74).
    const isTooLarge = !isFirst && records.length > bytesMax
    return { partitionIndex: target.partition, errorCode: 0, ...marks, records: isTooLarge ? nothing : records }
  } catch (error) {
    return failed(target, codeOf(error), context)
  }
}

const nothing = new Uint8Array(0)

// As Kafka does, which names no end where it knows nothing of the epoch.
function diverging(target: Target, { endOffset, leaderEpoch: epoch }: LogEnd, context: RequestContext) {
  if (endOffset < 0) return failed(target, errorCodes.OFFSET_OUT_OF_RANGE, context)
  return { ...failed(target, 0, context), divergingEpoch: { epoch, endOffset } }
}

function failed(target: Target, errorCode: number, context: RequestContext) {
  const marks = { highWatermark: -1, lastStableOffset: -1, logStartOffset: -1, abortedTransactions: [], records: nothing }
  return { partitionIndex: target.partition, errorCode, ...marks, ...leadership(target, context) }
}
