import type { Chance } from '../../lib/clock/chance.ts'
import type { TransportErrorKind } from '../../lib/model/errors.ts'
import { TransportError } from '../../lib/model/errors.ts'
import type { ProduceBatch } from '../../lib/transport/record-batch/produce-batch.ts'
import type { Cluster } from '../../lib/transport/cluster.ts'

/** How often each call fails, from 0 to 1. */
export interface Faults {
  readonly chance: Chance
  /** How many calls have failed. */
  injected: number
  /** What was called, in its order, and what failed. Default: nobody wants to know. */
  readonly trace?: string[]
  commitFenced: number
  commitRebalance: number
  commitUnanswered: number
  heartbeatFenced: number
  sendFailed: number
  fetchFailed: number
  /** Batches that the broker does not take. */
  readonly refusal?: 'fatal' | 'retriable'
  readonly refuses?: (topic: string, batch: ProduceBatch) => boolean
}

/** A cluster whose calls fail at times. Some take effect and fail nevertheless: the answer was lost. */
export function faultyCluster(cluster: Cluster, faults: Faults): Cluster {
  const note = (what: string): void => void faults.trace?.push(`${cluster.clock.now()} ${what}`)
  const fails = (rate: number, code: string, kind: TransportErrorKind): void => {
    if (faults.chance.float() >= rate) return
    faults.injected++
    note(code)
    throw new TransportError(`TRANSPORT_${code}`, kind, `A fault of this test: ${code}.`)
  }
  return {
    description: 'faulty',
    clock: cluster.clock,
    chance: cluster.chance,
    admin: (options) => cluster.admin(options),
    async fetcher(options) {
      const inner = await cluster.fetcher(options)
      return {
        async fetch(positions, limits) {
          note(`fetch ${positions.map(({ topic, partition, offset }) => `${topic}-${partition}@${offset}`).join(' ')}`)
          fails(faults.fetchFailed, 'NETWORK_EXCEPTION', 'retriable')
          return inner.fetch(positions, limits)
        },
        heldBytes: 0,
        close: () => inner.close(),
      }
    },
    async producer(options) {
      const inner = await cluster.producer(options)
      return {
        newBatch: () => inner.newBatch(),
        async send(partition, batch) {
          note(`send ${batch.count} to ${partition.topic}-${partition.partition}`)
          fails(faults.sendFailed / 2, 'REQUEST_TIMED_OUT', 'retriable')
          const refused = faults.refuses?.(partition.topic, batch) ?? false
          if (refused && faults.refusal === 'retriable') fails(1, 'REQUEST_TIMED_OUT', 'retriable')
          if (refused) fails(1, 'MESSAGE_TOO_LARGE', 'fatal')
          const result = await inner.send(partition, batch)
          fails(faults.sendFailed / 2, 'REQUEST_TIMED_OUT', 'retriable')
          return result
        },
        close: () => inner.close(),
      }
    },
    transactionalProducer: (options) => cluster.transactionalProducer(options),
    async groupCoordinator(options) {
      const inner = await cluster.groupCoordinator(options)
      return {
        join: (request) => (note('join'), inner.join(request)),
        sync: (identity, assignments) => inner.sync(identity, assignments),
        leave: (identity) => inner.leave(identity),
        close: () => inner.close(),
        async heartbeat(identity) {
          note('heartbeat')
          // As when the session has expired: the group goes on without this member.
          if (faults.chance.float() < faults.heartbeatFenced)
            await inner.leave(identity).finally(() => fails(1, 'UNKNOWN_MEMBER_ID', 'fenced'))
          return inner.heartbeat(identity)
        },
        async commitOffsets(identity, offsets) {
          note(`commit ${offsets.map(({ topic, partition, offset }) => `${topic}-${partition}@${offset}`).join(' ')}`)
          fails(faults.commitFenced, 'ILLEGAL_GENERATION', 'fenced')
          fails(faults.commitRebalance, 'REBALANCE_IN_PROGRESS', 'rebalance')
          await inner.commitOffsets(identity, offsets)
          fails(faults.commitUnanswered, 'REQUEST_TIMED_OUT', 'retriable')
        },
      }
    },
  }
}

export const noFaults: Omit<Faults, 'chance' | 'injected' | 'trace' | 'refuses' | 'refusal'> = Object.freeze({
  commitFenced: 0,
  commitRebalance: 0,
  commitUnanswered: 0,
  heartbeatFenced: 0,
  sendFailed: 0,
  fetchFailed: 0,
})
